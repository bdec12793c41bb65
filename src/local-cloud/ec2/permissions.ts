import type * as Sdk from "@aws-sdk/client-ec2";
import type { AuthorizationCheck, Call } from "../call.ts";
import type { Ec2 } from "./ec2.ts";
import { networkOf } from "./network.ts";
import { arnOf, type Context, requestTags, resourceTags } from "./resource-arns.ts";
import { runInstancesChecks } from "./run-instances-permissions.ts";
import { taggingCheck } from "./tagging-permissions.ts";
import { resourceTypeOf } from "./tag-operations.ts";

/** The question that one action asks about one resource. */
type Ask = (type: string, id: string, context?: Context) => AuthorizationCheck;

type Rule = (ec2: Ec2, input: never, ask: Ask) => AuthorizationCheck[];

/**
 * What each action asks the caller's policies, by "Actions, resources, and condition keys for Amazon EC2"
 * (Service Authorization Reference). Actions that are not here have no resource-level permissions: they ask for `*`.
 */
const rules: Readonly<Record<string, Rule>> = {
  CreateVolume: (ec2, input: Sdk.CreateVolumeRequest, ask) => [
    ask("volume", "*", {
      ...requestTags(tagsFor(input.TagSpecifications, "volume")),
      ...volumeContext(ec2, input),
    }),
    ...(input.SnapshotId ? [ask("snapshot", input.SnapshotId)] : []),
    ...taggingCheck(ec2, "CreateVolume", input.TagSpecifications),
  ],
  DeleteVolume: (_ec2, input: Sdk.DeleteVolumeRequest, ask) => [
    ask("volume", input.VolumeId ?? "*"),
  ],
  AttachVolume: (ec2, input: Sdk.AttachVolumeRequest, ask) => [
    ask("volume", input.VolumeId ?? "*"),
    ask("instance", input.InstanceId ?? "*"),
    ...keyGrant(ec2, input.VolumeId ?? ""),
  ],
  DetachVolume: (ec2, input: Sdk.DetachVolumeRequest, ask) => [
    ask("volume", input.VolumeId ?? "*"),
    ask("instance", input.InstanceId ?? attachedTo(ec2, input.VolumeId)),
  ],
  CreateSnapshot: (ec2, input: Sdk.CreateSnapshotRequest, ask) => [
    ask("volume", input.VolumeId ?? "*"),
    ask("snapshot", "*", {
      ...requestTags(tagsFor(input.TagSpecifications, "snapshot")),
      "ec2:ParentVolume": arnOf(ec2, "volume", input.VolumeId ?? "*"),
    }),
    ...taggingCheck(ec2, "CreateSnapshot", input.TagSpecifications),
  ],
  DeleteSnapshot: (_ec2, input: Sdk.DeleteSnapshotRequest, ask) => [
    ask("snapshot", input.SnapshotId ?? "*"),
  ],
  CreateTags: (_ec2, input: Sdk.CreateTagsRequest, ask) =>
    (input.Resources ?? []).map((id) =>
      ask(resourceTypeOf(id) ?? "*", id, requestTags(input.Tags)),
    ),
  DeleteTags: (_ec2, input: Sdk.DeleteTagsRequest, ask) =>
    (input.Resources ?? []).map((id) =>
      ask(resourceTypeOf(id) ?? "*", id, requestTags(input.Tags)),
    ),
  RunInstances: runInstancesChecks,
  TerminateInstances: (_ec2, input: Sdk.TerminateInstancesRequest, ask) =>
    (input.InstanceIds ?? []).map((id) => ask("instance", id)),
  StopInstances: (_ec2, input: Sdk.StopInstancesRequest, ask) =>
    (input.InstanceIds ?? []).map((id) => ask("instance", id)),
  StartInstances: (_ec2, input: Sdk.StartInstancesRequest, ask) =>
    (input.InstanceIds ?? []).map((id) => ask("instance", id)),
  ModifyInstanceAttribute: (_ec2, input: Sdk.ModifyInstanceAttributeRequest, ask) => [
    ask("instance", input.InstanceId ?? "*"),
    ...(input.Groups ?? []).map((id) => ask("security-group", id)),
  ],
  DescribeInstanceAttribute: (_ec2, input: Sdk.DescribeInstanceAttributeRequest, ask) => [
    ask("instance", input.InstanceId ?? "*"),
  ],
  GetConsoleOutput: (_ec2, input: Sdk.GetConsoleOutputRequest, ask) => [
    ask("instance", input.InstanceId ?? "*"),
  ],
  CancelSpotInstanceRequests: (_ec2, input: Sdk.CancelSpotInstanceRequestsRequest, ask) =>
    (input.SpotInstanceRequestIds ?? []).map((id) => ask("spot-instances-request", id)),
};

/** The `checks` of EC2's service. */
export function permissionChecks(
  ec2: Ec2,
): (action: string, input: never, call: Call) => AuthorizationCheck[] {
  return (action, input, call) => {
    const caller = callerContext(ec2, call);
    const ask: Ask = (type, id, context = {}) => ({
      action: `ec2:${action}`,
      resource: arnOf(ec2, type, id),
      context: { ...caller, ...resourceTags(ec2, id), ...instanceContext(ec2, id), ...context },
    });
    const rule = Object.hasOwn(rules, action) ? rules[action] : undefined;
    const checks = rule?.(ec2, input, ask) ?? [];
    if (checks.length === 0) return [{ action: `ec2:${action}`, resource: "*", context: caller }];
    return checks.map((check) => ({ ...check, context: { ...caller, ...check.context } }));
  };
}

/** `ec2:SourceInstanceARN` ("Condition keys for Amazon EC2") says from which instance's role the call comes. */
function callerContext(ec2: Ec2, { principal }: Call): Context {
  return {
    "ec2:Region": ec2.region,
    "aws:RequestedRegion": ec2.region,
    ...(principal.kind === "role"
      ? { "ec2:SourceInstanceARN": arnOf(ec2, "instance", principal.instanceId) }
      : {}),
  };
}

function instanceContext(ec2: Ec2, id: string): Context {
  const row = ec2.instances.get(id);
  if (!row) return {};
  return {
    "ec2:InstanceID": id,
    "ec2:InstanceType": row.instanceType,
    "ec2:AvailabilityZone": row.zone,
    "ec2:Vpc": arnOf(ec2, "vpc", networkOf(ec2).vpcId),
  };
}

/**
 * "How Amazon Elastic Block Store uses AWS KMS" (KMS developer guide): attaching makes a grant for EC2 in the caller's
 * name. The account's own key for EBS, shown by its alias, lets everybody who may use EBS do so.
 */
function keyGrant(ec2: Ec2, volumeId: string): AuthorizationCheck[] {
  const resource = ec2.volumes.get(volumeId)?.kmsKeyId;
  if (!resource?.includes(":key/")) return [];
  const context = {
    "kms:GrantIsForAWSResource": "true",
    "kms:ViaService": `ec2.${ec2.region}.amazonaws.com`,
  };
  return [{ action: "kms:CreateGrant", resource, context }];
}

function volumeContext({ accountId, region }: Ec2, input: Sdk.CreateVolumeRequest): Context {
  return {
    "ec2:VolumeType": input.VolumeType ?? "gp2",
    "ec2:Encrypted": String(input.Encrypted ?? false),
    ...(input.AvailabilityZone ? { "ec2:AvailabilityZone": input.AvailabilityZone } : {}),
    ...(input.Size === undefined ? {} : { "ec2:VolumeSize": String(input.Size) }),
    ...(input.Iops === undefined ? {} : { "ec2:VolumeIops": String(input.Iops) }),
    ...(input.Throughput === undefined ? {} : { "ec2:VolumeThroughput": String(input.Throughput) }),
    ...(input.SnapshotId
      ? { "ec2:ParentSnapshot": `arn:aws:ec2:${region}:${accountId}:snapshot/${input.SnapshotId}` }
      : {}),
  };
}

function attachedTo(ec2: Ec2, volumeId = ""): string {
  return ec2.volumes.get(volumeId)?.attachments[0]?.instanceId ?? "*";
}

function tagsFor(
  specifications: readonly Sdk.TagSpecification[] | undefined,
  type: string,
): readonly Sdk.Tag[] | undefined {
  return specifications?.find(({ ResourceType }) => ResourceType === type)?.Tags;
}
