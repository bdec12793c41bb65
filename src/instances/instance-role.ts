import type { Aws } from "../aws/connect.ts";
import {
  ensureInstanceProfile,
  ensureRole,
  findInstanceProfile,
  findRole,
  findRolePolicy,
  type PolicyDocument,
  putRoleIntoProfile,
  putRolePolicy,
} from "../aws/iam.ts";
import type { Caller } from "../aws/sts.ts";
import { RunctlError } from "../errors.ts";
import { tagKeys } from "../tags.ts";
import { type DataAccess, dataAccess, dataPolicy, mergeAccess } from "./data-policy.ts";
import { launchDefaults } from "./launch-request.ts";
import { instancePolicy, policyNames, stagingPolicy, trustPolicy } from "./policies.ts";

const roleName = launchDefaults.instanceProfile;

/** All documents of the role, by the name of the inline policy. */
export function rolePolicies(
  caller: Caller,
  region: string,
  bucket: string,
  access: DataAccess,
): Record<string, PolicyDocument> {
  const data = dataPolicy(caller.partition, access);
  return {
    [policyNames.instance]: instancePolicy(caller),
    [policyNames.staging(region)]: stagingPolicy(caller, bucket),
    ...(data ? { [policyNames.data]: data } : {}),
  };
}

/**
 * What the role may do now in the user's buckets; nothing when there is no role yet.
 *
 * @throws RunctlError PERMISSION_DENIED for a caller who may not look at roles.
 */
export async function grantedAccess(aws: Aws): Promise<DataAccess> {
  return dataAccess(await findRolePolicy(aws, roleName, policyNames.data));
}

/**
 * Makes role and profile `runctl-instance`, or brings them up to date.
 *
 * @returns all access that the role has then
 * @throws RunctlError CONFLICT when a role of that name is not runctl's.
 */
export async function ensureInstanceRole(
  aws: Aws,
  caller: Caller,
  wanted: { bucket: string; access: DataAccess; permissionsBoundary?: string },
): Promise<DataAccess> {
  const tags = { [tagKeys.managed]: "true", [tagKeys.owner]: caller.arn };
  const existing = await findRole(aws, roleName);
  if (existing && existing.tags[tagKeys.managed] !== "true")
    throw new RunctlError("CONFLICT", `the role ${roleName} was not made by runctl`, {
      hint: "rename it, or use a profile of your own: runctl aws setup --instance-profile NAME",
    });
  if (!existing)
    await ensureRole(aws, {
      name: roleName,
      description: "What runctl's agent may do on an instance",
      trust: trustPolicy,
      permissionsBoundary: wanted.permissionsBoundary,
      tags,
    });
  const access = mergeAccess(await grantedAccess(aws), wanted.access);
  const documents = rolePolicies(caller, aws.region, wanted.bucket, access);
  for (const [name, document] of Object.entries(documents))
    await putRolePolicy(aws, roleName, name, document);

  await ensureInstanceProfile(aws, roleName, tags);
  const profile = await findInstanceProfile(aws, roleName);
  if (!profile?.roleName) await putRoleIntoProfile(aws, roleName, roleName);
  return dataAccess(documents[policyNames.data]);
}
