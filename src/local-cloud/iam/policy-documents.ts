import { ApiError } from "../call.ts";
import { awsManagedPolicies } from "./aws-managed-policies.ts";
import type { Iam } from "./iam.ts";

const awsPrefix = "arn:aws:iam::aws:policy/";

/** The default version of a managed policy, the account's own or AWS's. */
export function findPolicyDocument(iam: Iam, arn: string): string | undefined {
  if (arn.startsWith(awsPrefix)) {
    const name = arn.slice(awsPrefix.length);
    return Object.hasOwn(awsManagedPolicies, name) ? awsManagedPolicies[name] : undefined;
  }
  const policy = iam.policies.get(arn);
  return policy?.versions.find(({ versionId }) => versionId === policy.defaultVersionId)?.document;
}

/** @throws ApiError NoSuchEntity */
export function requirePolicyDocument(iam: Iam, arn: string): string {
  const document = findPolicyDocument(iam, arn);
  if (document !== undefined) return document;
  const message = `Policy ${arn} does not exist or is not attachable.`;
  throw new ApiError("NoSuchEntity", message, 404);
}
