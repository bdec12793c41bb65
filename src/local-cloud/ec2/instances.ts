import type { Instance, InstanceState } from "@aws-sdk/client-ec2";
import { ApiError } from "../call.ts";
import { terminatedVisibleMs } from "./delays.ts";
import type { Ec2 } from "./ec2.ts";
import { checkInstanceId } from "./ids.ts";
import { rootDeviceName } from "./images.ts";
import { requireTypeFacts } from "./instance-types.ts";
import { networkOf } from "./network.ts";
import type { InstanceRow, InstanceStateName } from "./rows.ts";
import { tagsOf, toSdkTags } from "./tags.ts";
import { attachmentsOf } from "./volumes.ts";
import { zoneIdOf } from "./zones.ts";

/** @throws ApiError InvalidInstanceID.Malformed, InvalidInstanceID.NotFound */
export function requireInstance(ec2: Ec2, instanceId: string): InstanceRow {
  checkInstanceId(instanceId);
  const instance = ec2.instances.get(instanceId);
  if (!instance || !isVisible(ec2, instance)) {
    throw new ApiError(
      "InvalidInstanceID.NotFound",
      `The instance ID '${instanceId}' does not exist`,
    );
  }
  return instance;
}

/** Terminated instances stay visible for a while. */
export function isVisible(ec2: Ec2, { terminatedAt }: InstanceRow): boolean {
  return (
    terminatedAt === undefined || ec2.clock.now() - Date.parse(terminatedAt) < terminatedVisibleMs
  );
}

/** The codes of the InstanceState API page. */
const stateCodes: Readonly<Record<InstanceStateName, number>> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export function toSdkState(name: InstanceStateName): InstanceState {
  return { Code: stateCodes[name], Name: name };
}

export function stateCode(name: InstanceStateName): string {
  return String(stateCodes[name]);
}

export function privateDnsName(ec2: Ec2, { privateIp }: InstanceRow): string {
  const domain = ec2.region === "us-east-1" ? "ec2.internal" : `${ec2.region}.compute.internal`;
  return `${hostName(privateIp)}.${domain}`;
}

export function hostName(privateIp: string): string {
  return `ip-${privateIp.replaceAll(".", "-")}`;
}

export function toSdkInstance(ec2: Ec2, instance: InstanceRow): Instance {
  const network = networkOf(ec2);
  const isGone = instance.state === "terminated";
  const profile = instance.profileName ? ec2.profiles.find(instance.profileName) : undefined;
  const groups = instance.securityGroupIds.map((id) => ({ GroupId: id, GroupName: "default" }));
  return {
    InstanceId: instance.instanceId,
    ImageId: instance.imageId,
    InstanceType: instance.instanceType as NonNullable<Instance["InstanceType"]>,
    State: toSdkState(instance.state),
    ...(instance.reason
      ? { StateReason: { Code: instance.reason.code, Message: instance.reason.message } }
      : {}),
    StateTransitionReason: transitionReason(instance),
    LaunchTime: new Date(instance.launchedAt),
    AmiLaunchIndex: instance.launchIndex,
    Architecture: requireTypeFacts(instance.instanceType).architecture,
    Placement: {
      AvailabilityZone: instance.zone,
      AvailabilityZoneId: zoneIdOf(ec2.region, instance.zone),
      GroupName: "",
      Tenancy: "default",
    },
    Hypervisor: "xen",
    VirtualizationType: "hvm",
    RootDeviceName: rootDeviceName,
    RootDeviceType: "ebs",
    EbsOptimized: instance.ebsOptimized,
    EnaSupport: true,
    Monitoring: { State: "disabled" },
    ...(instance.lifecycle === "spot" ? { InstanceLifecycle: "spot" } : {}),
    SpotInstanceRequestId: instance.spotRequestId,
    ClientToken: instance.clientToken ?? "",
    ...(profile ? { IamInstanceProfile: { Arn: profile.arn, Id: profile.id } } : {}),
    MetadataOptions: {
      State: "applied",
      HttpTokens: instance.metadata.httpTokens,
      HttpEndpoint: instance.metadata.httpEndpoint,
      HttpPutResponseHopLimit: instance.metadata.hopLimit,
      InstanceMetadataTags: instance.metadata.instanceTags,
      HttpProtocolIpv6: "disabled",
    },
    BlockDeviceMappings: attachmentsOf(ec2, instance.instanceId).map(({ volume, attachment }) => ({
      DeviceName: attachment.device,
      Ebs: {
        VolumeId: volume.volumeId,
        Status: attachment.state === "busy" ? "detaching" : attachment.state,
        AttachTime: new Date(attachment.attachedAt),
        DeleteOnTermination: attachment.deleteOnTermination,
      },
    })),
    Tags: toSdkTags(tagsOf(ec2, instance.instanceId)),
    PublicDnsName: "",
    // A terminated instance has given its network interface back.
    ...(isGone
      ? { PrivateDnsName: "", SecurityGroups: [], NetworkInterfaces: [] }
      : {
          PrivateDnsName: privateDnsName(ec2, instance),
          PrivateIpAddress: instance.privateIp,
          SubnetId: instance.subnetId,
          VpcId: network.vpcId,
          SecurityGroups: groups,
          NetworkInterfaces: [
            {
              NetworkInterfaceId: instance.networkInterfaceId,
              SubnetId: instance.subnetId,
              VpcId: network.vpcId,
              PrivateIpAddress: instance.privateIp,
              Groups: groups,
              Status: "in-use",
              OwnerId: ec2.accountId,
            },
          ],
        }),
  };
}

/** Such as `User initiated (2026-11-23 19:00:00 GMT)`. */
function transitionReason({ reason }: InstanceRow): string {
  if (!reason) return "";
  const at = reason.at.slice(0, 19).replace("T", " ");
  const [side = "", code = ""] = reason.code.split(".");
  if (code === "UserInitiatedShutdown") return `User initiated (${at} GMT)`;
  return side === "Server" ? `Service initiated (${at} GMT)` : "";
}
