import type { FindDenial } from "../authorize.ts";
import type { AuthorizationCheck, Principal } from "../call.ts";
import { type Iam, nameKey } from "./iam.ts";
import { evaluatePolicies, policyContext } from "./policy/evaluate-policies.ts";
import { parsePolicy, type Policy } from "./policy/policy-document.ts";
import { findPolicyDocument } from "./policy-documents.ts";

/**
 * What the policies of the principal say. The local user is the account's administrator; a role has
 * its inline and attached policies, within its permissions boundary.
 */
export function createFindDenial(iam: Iam, region: string): FindDenial {
  const parsed = new Map<string, Policy>();
  const parse = (document: string): Policy => {
    const policy = parsed.get(document) ?? parsePolicy(document);
    parsed.set(document, policy);
    return policy;
  };

  return (principal, check) => {
    if (principal.kind === "user") return undefined;
    const role = iam.roles.get(nameKey(principal.roleName));
    if (!role) return "implicit-deny";
    const question = {
      action: check.action,
      resource: check.resource,
      context: policyContext({
        ...sessionContext(iam, principal, role.roleId, region),
        ...check.context,
      }),
    };
    const attached = role.attachedPolicyArns.map((arn) => findPolicyDocument(iam, arn));
    const documents = [...Object.values(role.inlinePolicies), ...attached];
    const policies = documents.filter((text) => text !== undefined).map(parse);
    const decision = evaluatePolicies(policies, question);
    if (decision !== "allowed") return decision;

    if (role.permissionsBoundaryArn === undefined) return undefined;
    const boundary = findPolicyDocument(iam, role.permissionsBoundaryArn);
    const limit = evaluatePolicies(boundary === undefined ? [] : [parse(boundary)], question);
    return limit === "allowed" ? undefined : limit;
  };
}

/** @see IAM user guide, "AWS global condition context keys"; EC2 user guide, "Instance ARN condition keys" (ec2:SourceInstanceARN). */
function sessionContext(
  iam: Iam,
  principal: Extract<Principal, { kind: "role" }>,
  roleId: string,
  region: string,
): NonNullable<AuthorizationCheck["context"]> {
  const { accountId, instanceId, roleName } = principal;
  return {
    "aws:PrincipalArn": `arn:aws:iam::${accountId}:role/${roleName}`,
    "aws:PrincipalAccount": accountId,
    "aws:PrincipalType": "AssumedRole",
    "aws:userid": `${roleId}:${instanceId}`,
    "aws:RequestedRegion": region,
    "aws:CurrentTime": new Date(iam.clock.now()).toISOString(),
    "aws:EpochTime": String(Math.floor(iam.clock.now() / 1000)),
    "ec2:SourceInstanceARN": `arn:aws:ec2:${region}:${accountId}:instance/${instanceId}`,
  };
}
