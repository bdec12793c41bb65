import type { RunInstancesRequest } from "@aws-sdk/client-ec2";
import { ApiError } from "../call.ts";
import type { Ec2 } from "./ec2.ts";
import { invalidCombination } from "./errors.ts";
import { zonesOffering } from "./instance-types.ts";
import { networkOf, requireSecurityGroup, requireSubnet, type Subnet } from "./network.ts";
import { requestedZone } from "./zones.ts";

/** Where the instance goes: by subnet, by zone, or the first zone that offers the type (RunInstances API page). */
export function checkLaunchNetwork(
  ec2: Ec2,
  input: RunInstancesRequest,
  instanceType: string,
): { subnet: Subnet; securityGroupIds: readonly string[] } {
  const place = networkOf(ec2);
  const card = input.NetworkInterfaces?.[0];
  if (card && (input.SubnetId ?? input.SecurityGroupIds?.[0] ?? input.SecurityGroups?.[0])) {
    throw invalidCombination(
      "Network interfaces and an instance-level subnet ID or security groups may not be specified on the same request",
    );
  }
  const subnetId = card?.SubnetId ?? input.SubnetId;
  const zone = requestedZone(ec2.region, input.Placement ?? {});
  const named = subnetId ? requireSubnet(ec2, subnetId) : undefined;
  if (named && zone && named.zone !== zone.name) {
    throw new ApiError(
      "InvalidParameterValue",
      `Value (${zone.name}) for parameter availabilityZone is invalid. Subnet '${named.subnetId}' is in the availability zone ${named.zone}`,
    );
  }
  const offering = zonesOffering(ec2.region, instanceType);
  const wanted = named?.zone ?? zone?.name ?? offering[0];
  const subnet = named ?? place.subnets.find((one) => one.zone === wanted);
  if (!subnet || !offering.includes(subnet.zone)) throw notOffered(instanceType, wanted, offering);

  const groups = card?.Groups ?? input.SecurityGroupIds ?? [];
  for (const id of groups) requireSecurityGroup(ec2, id);
  for (const name of input.SecurityGroups ?? []) {
    if (name !== "default") {
      throw new ApiError(
        "InvalidGroup.NotFound",
        `The security group '${name}' does not exist in default VPC '${place.vpcId}'`,
      );
    }
  }
  return { subnet, securityGroupIds: groups.length > 0 ? groups : [place.securityGroupId] };
}

/** "Troubleshoot Amazon EC2 instance launch issues", "The requested configuration is currently not supported". */
function notOffered(
  instanceType: string,
  zone: string | undefined,
  offering: readonly string[],
): ApiError {
  return new ApiError(
    "Unsupported",
    `Your requested instance type (${instanceType}) is not supported in your requested Availability Zone (${zone ?? "-"}). Please retry your request by not specifying an Availability Zone or choosing ${offering.join(", ")}.`,
  );
}
