import type {
  CreateServiceLinkedRoleCommandInput,
  DeleteServiceLinkedRoleCommandInput,
} from "@aws-sdk/client-iam";
import { ApiError } from "../call.ts";
import { type Iam, nameKey, requireRole } from "./iam.ts";
import { addRole, showRole } from "./roles.ts";

/** @see EC2 user guide, "Service-linked role for Spot Instance requests", and each service's own page. */
const roleNames: Readonly<Record<string, string>> = {
  "spot.amazonaws.com": "AWSServiceRoleForEC2Spot",
  "spotfleet.amazonaws.com": "AWSServiceRoleForEC2SpotFleet",
  "ec2fleet.amazonaws.com": "AWSServiceRoleForEC2Fleet",
  "autoscaling.amazonaws.com": "AWSServiceRoleForAutoScaling",
};

/** @see IAM API reference, "CreateServiceLinkedRole". */
export function createServiceLinkedRole(iam: Iam, input: CreateServiceLinkedRoleCommandInput) {
  const service = input.AWSServiceName ?? "";
  const roleName = Object.hasOwn(roleNames, service) ? roleNames[service] : undefined;
  if (roleName === undefined) {
    throw new ApiError("InvalidInput", `Service ${service} cannot have a service-linked role`);
  }
  if (iam.roles.get(nameKey(roleName))) {
    const message = `Service role name ${roleName} has been taken in this account, please try a different suffix.`;
    throw new ApiError("InvalidInput", message);
  }
  const Statement = [
    { Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" },
  ];
  const row = addRole(iam, {
    roleName,
    path: `/aws-service-role/${service}/`,
    assumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }),
    description: input.Description,
    maxSessionDuration: 3600,
    permissionsBoundaryArn: undefined,
    tags: {},
  });
  return { Role: showRole(row) };
}

export function deleteServiceLinkedRole(iam: Iam, input: DeleteServiceLinkedRoleCommandInput) {
  const role = requireRole(iam, input.RoleName ?? "");
  iam.roles.delete(nameKey(role.roleName));
  return { DeletionTaskId: `task${role.path}${role.roleName}/${role.roleId}` };
}
