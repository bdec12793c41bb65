import type { RunInstancesRequest } from "@aws-sdk/client-ec2";
import type { AuthorizationCheck } from "../call.ts";
import type { Ec2 } from "./ec2.ts";
import { networkOf } from "./network.ts";
import { arnOf, type Context, requestTags } from "./resource-arns.ts";
import { taggingCheck } from "./tagging-permissions.ts";

/**
 * RunInstances asks for everything that it uses and makes ("Launch instances (RunInstances)", example policies of the
 * EC2 user guide), and for iam:PassRole on the role that the instance gets.
 */
export function runInstancesChecks(
  ec2: Ec2,
  input: RunInstancesRequest,
  ask: (type: string, id: string, context?: Context) => AuthorizationCheck,
): AuthorizationCheck[] {
  const network = networkOf(ec2);
  const card = input.NetworkInterfaces?.[0];
  const groups = card?.Groups ?? input.SecurityGroupIds ?? [network.securityGroupId];
  const tagged = (type: string): Context =>
    requestTags(input.TagSpecifications?.find(({ ResourceType }) => ResourceType === type)?.Tags);
  const snapshots = (input.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);
  return [
    ask("instance", "*", { ...launchContext(ec2, input), ...tagged("instance") }),
    ask("image", input.ImageId ?? "*"),
    ask("subnet", card?.SubnetId ?? input.SubnetId ?? "*"),
    ...groups.map((id) => ask("security-group", id)),
    ask("network-interface", "*", tagged("network-interface")),
    ask("volume", "*", tagged("volume")),
    ...snapshots.map((id) => ask("snapshot", id)),
    ...(input.KeyName ? [ask("key-pair", input.KeyName)] : []),
    ...(input.InstanceMarketOptions ? spotCheck(ask, tagged("spot-instances-request")) : []),
    ...taggingCheck(ec2, "RunInstances", input.TagSpecifications),
    ...passRoleCheck(ec2, input),
  ];
}

/** Asked for when the spot request is tagged (same page, "Tag Spot Instance requests"). */
function spotCheck(
  ask: (type: string, id: string, context?: Context) => AuthorizationCheck,
  tags: Context,
): AuthorizationCheck[] {
  return "aws:TagKeys" in tags ? [ask("spot-instances-request", "*", tags)] : [];
}

function launchContext(ec2: Ec2, input: RunInstancesRequest): Context {
  return {
    "ec2:InstanceType": input.InstanceType ?? "m1.small",
    "ec2:InstanceMarketType": input.InstanceMarketOptions ? "spot" : "on-demand",
    "ec2:EbsOptimized": String(input.EbsOptimized ?? false),
    "ec2:MetadataHttpTokens": input.MetadataOptions?.HttpTokens ?? "required",
    ...(input.Placement?.AvailabilityZone
      ? { "ec2:AvailabilityZone": input.Placement.AvailabilityZone }
      : {}),
    ...(input.IamInstanceProfile
      ? { "ec2:InstanceProfile": ec2.profiles.find(profileOf(input))?.arn ?? "" }
      : {}),
  };
}

function passRoleCheck(ec2: Ec2, input: RunInstancesRequest): AuthorizationCheck[] {
  const role = input.IamInstanceProfile ? ec2.profiles.find(profileOf(input))?.role : undefined;
  if (!role) return [];
  return [
    {
      action: "iam:PassRole",
      resource: `arn:aws:iam::${ec2.accountId}:role/${role.name}`,
      context: {
        "iam:PassedToService": "ec2.amazonaws.com",
        "iam:AssociatedResourceArn": arnOf(ec2, "instance", "*"),
      },
    },
  ];
}

function profileOf({ IamInstanceProfile }: RunInstancesRequest): string {
  return IamInstanceProfile?.Name ?? IamInstanceProfile?.Arn ?? "";
}
