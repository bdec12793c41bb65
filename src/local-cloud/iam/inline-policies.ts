import type {
  DeleteRolePolicyCommandInput,
  GetRolePolicyCommandInput,
  ListRolePoliciesCommandInput,
  PutRolePolicyCommandInput,
} from "@aws-sdk/client-iam";
import { ApiError } from "../call.ts";
import { checkPolicyDocument, countedCharacters, encodeDocument } from "./check-document.ts";
import { changeRole, checkName, type Iam, noSuchEntity, requireRole } from "./iam.ts";
import { page } from "./iam-paging.ts";

/** All inline policies of a role together. @see IAM user guide, "IAM and AWS STS quotas". */
const mostInlineCharacters = 10_240;

export function putRolePolicy(iam: Iam, input: PutRolePolicyCommandInput): void {
  const role = requireRole(iam, input.RoleName ?? "");
  const { PolicyName: name = "", PolicyDocument: document = "" } = input;
  checkName(name, "policyName", 128);
  checkPolicyDocument(document);
  const inlinePolicies = { ...role.inlinePolicies, [name]: document };
  const characters = Object.values(inlinePolicies).map(countedCharacters);
  if (characters.reduce((sum, count) => sum + count, 0) > mostInlineCharacters) {
    const message = `Maximum policy size of ${mostInlineCharacters} bytes exceeded for role ${role.roleName}`;
    throw new ApiError("LimitExceeded", message, 409);
  }
  changeRole(iam, role, { inlinePolicies });
}

export function getRolePolicy(iam: Iam, input: GetRolePolicyCommandInput) {
  const { role, name, document } = requireInlinePolicy(iam, input);
  return {
    RoleName: role.roleName,
    PolicyName: name,
    PolicyDocument: encodeDocument(document),
  };
}

export function listRolePolicies(iam: Iam, input: ListRolePoliciesCommandInput) {
  const role = requireRole(iam, input.RoleName ?? "");
  const { entries, ...rest } = page(Object.keys(role.inlinePolicies).toSorted(), input);
  return { PolicyNames: entries, ...rest };
}

export function deleteRolePolicy(iam: Iam, input: DeleteRolePolicyCommandInput): void {
  const { role, name } = requireInlinePolicy(iam, input);
  const { [name]: _deleted, ...inlinePolicies } = role.inlinePolicies;
  changeRole(iam, role, { inlinePolicies });
}

function requireInlinePolicy(iam: Iam, input: GetRolePolicyCommandInput) {
  const role = requireRole(iam, input.RoleName ?? "");
  const name = input.PolicyName ?? "";
  const document = role.inlinePolicies[name];
  if (document !== undefined) return { role, name, document };
  throw noSuchEntity(`The role policy with name ${name} cannot be found.`);
}
