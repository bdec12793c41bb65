import type {
  AttachRolePolicyCommandInput,
  DetachRolePolicyCommandInput,
  ListAttachedRolePoliciesCommandInput,
  PutRolePermissionsBoundaryCommandInput,
} from "@aws-sdk/client-iam";
import { ApiError } from "../call.ts";
import { changeRole, type Iam, noSuchEntity, requireRole } from "./iam.ts";
import { page } from "./iam-paging.ts";
import { requirePolicyDocument } from "./policy-documents.ts";

/** @see IAM user guide, "IAM and AWS STS quotas". */
const mostAttached = 10;

/** Attaching what is attached already changes nothing. */
export function attachRolePolicy(iam: Iam, input: AttachRolePolicyCommandInput): void {
  const role = requireRole(iam, input.RoleName ?? "");
  const arn = input.PolicyArn ?? "";
  requirePolicyDocument(iam, arn);
  if (role.attachedPolicyArns.includes(arn)) return;
  if (role.attachedPolicyArns.length >= mostAttached) {
    const message = `Cannot exceed quota for PoliciesPerRole: ${mostAttached}`;
    throw new ApiError("LimitExceeded", message, 409);
  }
  changeRole(iam, role, { attachedPolicyArns: [...role.attachedPolicyArns, arn] });
}

export function detachRolePolicy(iam: Iam, input: DetachRolePolicyCommandInput): void {
  const role = requireRole(iam, input.RoleName ?? "");
  const arn = input.PolicyArn ?? "";
  if (!role.attachedPolicyArns.includes(arn)) {
    throw noSuchEntity(`Policy ${arn} was not found.`);
  }
  const attachedPolicyArns = role.attachedPolicyArns.filter((other) => other !== arn);
  changeRole(iam, role, { attachedPolicyArns });
}

export function listAttachedRolePolicies(iam: Iam, input: ListAttachedRolePoliciesCommandInput) {
  const role = requireRole(iam, input.RoleName ?? "");
  const { entries, ...rest } = page(role.attachedPolicyArns, input);
  const AttachedPolicies = entries.map((arn) => ({
    PolicyName: arn.slice(arn.lastIndexOf("/") + 1),
    PolicyArn: arn,
  }));
  return { AttachedPolicies, ...rest };
}

export function putRolePermissionsBoundary(
  iam: Iam,
  input: PutRolePermissionsBoundaryCommandInput,
): void {
  const role = requireRole(iam, input.RoleName ?? "");
  const permissionsBoundaryArn = input.PermissionsBoundary ?? "";
  requirePolicyDocument(iam, permissionsBoundaryArn);
  changeRole(iam, role, { permissionsBoundaryArn });
}
