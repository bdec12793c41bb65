import type * as Sdk from "@aws-sdk/client-ec2";
import type { Operation } from "../service-parts.ts";
import { attachVolume } from "./attach-volume.ts";
import { startInstances, stopInstances, terminateInstances } from "./change-instance-state.ts";
import { createVolume, deleteVolume } from "./create-volume.ts";
import { describeInstanceTypeOfferings, describeInstanceTypes } from "./describe-instance-types.ts";
import { describeInstances, describeInstanceStatus } from "./describe-instances.ts";
import { describeVolumes, describeVolumeStatus } from "./describe-volumes.ts";
import { detachVolume } from "./detach-volume.ts";
import {
  getEbsDefaultKmsKeyId,
  getEbsEncryptionByDefault,
  modifyEbsDefaultKmsKeyId,
  resetEbsDefaultKmsKeyId,
  setEbsEncryptionByDefault,
} from "./ebs-encryption.ts";
import type { Ec2 } from "./ec2.ts";
import { describeImages } from "./images.ts";
import {
  describeInstanceAttribute,
  getConsoleOutput,
  modifyInstanceAttribute,
} from "./instance-attributes.ts";
import {
  describeRouteTables,
  describeSecurityGroups,
  describeSubnets,
  describeVpcEndpoints,
  describeVpcs,
} from "./network.ts";
import { runInstances } from "./run-instances.ts";
import { createSnapshot, deleteSnapshot, describeSnapshots } from "./snapshots.ts";
import { describeSpotPriceHistory } from "./spot-prices.ts";
import { cancelSpotInstanceRequests, describeSpotInstanceRequests } from "./spot-requests.ts";
import { createTags, deleteTags, describeTags } from "./tag-operations.ts";
import { describeAvailabilityZones, describeRegions } from "./zones.ts";

/** Every EC2 action that the local cloud has, by name. */
export function operationsOf(ec2: Ec2) {
  return {
    CreateVolume: (input: Sdk.CreateVolumeRequest) => createVolume(ec2, input),
    DescribeVolumes: (input: Sdk.DescribeVolumesRequest) => describeVolumes(ec2, input),
    DescribeVolumeStatus: (input: Sdk.DescribeVolumeStatusRequest) =>
      describeVolumeStatus(ec2, input),
    DeleteVolume: (input: Sdk.DeleteVolumeRequest) => deleteVolume(ec2, input),
    AttachVolume: (input: Sdk.AttachVolumeRequest) => attachVolume(ec2, input),
    DetachVolume: (input: Sdk.DetachVolumeRequest) => detachVolume(ec2, input),

    GetEbsEncryptionByDefault: (input: Sdk.GetEbsEncryptionByDefaultRequest) =>
      getEbsEncryptionByDefault(ec2, input),
    EnableEbsEncryptionByDefault: (input: Sdk.EnableEbsEncryptionByDefaultRequest) =>
      setEbsEncryptionByDefault(ec2, input, true),
    DisableEbsEncryptionByDefault: (input: Sdk.DisableEbsEncryptionByDefaultRequest) =>
      setEbsEncryptionByDefault(ec2, input, false),
    GetEbsDefaultKmsKeyId: (input: Sdk.GetEbsDefaultKmsKeyIdRequest) =>
      getEbsDefaultKmsKeyId(ec2, input),
    ModifyEbsDefaultKmsKeyId: (input: Sdk.ModifyEbsDefaultKmsKeyIdRequest) =>
      modifyEbsDefaultKmsKeyId(ec2, input),
    ResetEbsDefaultKmsKeyId: (input: Sdk.ResetEbsDefaultKmsKeyIdRequest) =>
      resetEbsDefaultKmsKeyId(ec2, input),

    CreateSnapshot: (input: Sdk.CreateSnapshotRequest) => createSnapshot(ec2, input),
    DescribeSnapshots: (input: Sdk.DescribeSnapshotsRequest) => describeSnapshots(ec2, input),
    DeleteSnapshot: (input: Sdk.DeleteSnapshotRequest) => deleteSnapshot(ec2, input),

    CreateTags: (input: Sdk.CreateTagsRequest) => createTags(ec2, input),
    DeleteTags: (input: Sdk.DeleteTagsRequest) => deleteTags(ec2, input),
    DescribeTags: (input: Sdk.DescribeTagsRequest) => describeTags(ec2, input),

    RunInstances: (input: Sdk.RunInstancesRequest) => runInstances(ec2, input),
    DescribeInstances: (input: Sdk.DescribeInstancesRequest) => describeInstances(ec2, input),
    DescribeInstanceStatus: (input: Sdk.DescribeInstanceStatusRequest) =>
      describeInstanceStatus(ec2, input),
    TerminateInstances: (input: Sdk.TerminateInstancesRequest) => terminateInstances(ec2, input),
    StartInstances: (input: Sdk.StartInstancesRequest) => startInstances(ec2, input),
    StopInstances: (input: Sdk.StopInstancesRequest) => stopInstances(ec2, input),
    DescribeInstanceAttribute: (input: Sdk.DescribeInstanceAttributeRequest) =>
      describeInstanceAttribute(ec2, input),
    ModifyInstanceAttribute: (input: Sdk.ModifyInstanceAttributeRequest) =>
      modifyInstanceAttribute(ec2, input),
    GetConsoleOutput: (input: Sdk.GetConsoleOutputRequest) => getConsoleOutput(ec2, input),

    DescribeSpotInstanceRequests: (input: Sdk.DescribeSpotInstanceRequestsRequest) =>
      describeSpotInstanceRequests(ec2, input),
    CancelSpotInstanceRequests: (input: Sdk.CancelSpotInstanceRequestsRequest) =>
      cancelSpotInstanceRequests(ec2, input),
    DescribeSpotPriceHistory: (input: Sdk.DescribeSpotPriceHistoryRequest) =>
      describeSpotPriceHistory(ec2, input),

    DescribeImages: (input: Sdk.DescribeImagesRequest) => describeImages(ec2, input),
    DescribeInstanceTypes: (input: Sdk.DescribeInstanceTypesRequest) =>
      describeInstanceTypes(ec2, input),
    DescribeInstanceTypeOfferings: (input: Sdk.DescribeInstanceTypeOfferingsRequest) =>
      describeInstanceTypeOfferings(ec2, input),
    DescribeAvailabilityZones: (input: Sdk.DescribeAvailabilityZonesRequest) =>
      describeAvailabilityZones(ec2, input),
    DescribeRegions: (input: Sdk.DescribeRegionsRequest) => describeRegions(input),
    DescribeVpcs: (input: Sdk.DescribeVpcsRequest) => describeVpcs(ec2, input),
    DescribeSubnets: (input: Sdk.DescribeSubnetsRequest) => describeSubnets(ec2, input),
    DescribeSecurityGroups: (input: Sdk.DescribeSecurityGroupsRequest) =>
      describeSecurityGroups(ec2, input),
    DescribeRouteTables: (input: Sdk.DescribeRouteTablesRequest) => describeRouteTables(ec2, input),
    DescribeVpcEndpoints: (input: Sdk.DescribeVpcEndpointsRequest) =>
      describeVpcEndpoints(ec2, input),
  } satisfies Record<string, Operation>;
}
