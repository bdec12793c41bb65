import type { Aws } from "../aws/connect.ts";
import { findRolePolicy } from "../aws/iam.ts";
import { isRunctlError, RunctlError } from "../errors.ts";
import { dataAccess } from "./data-policy.ts";
import { policyNames } from "./policies.ts";

/**
 * Checks that `aws setup` has given the role these places, before anything is spent. A role that is not setup's
 * own, or that the caller may not look at, is left to S3 to judge.
 *
 * @param reads s3:// addresses
 * @throws RunctlError CONFIGURATION with the exact `setup` line.
 */
export async function requireBucketAccess(
  aws: Aws,
  roleName: string,
  reads: readonly string[],
): Promise<void> {
  if (reads.length === 0) return;
  const documents = await readPolicies(aws, roleName).catch((error: unknown) => {
    if (isRunctlError(error, "PERMISSION_DENIED")) return undefined;
    throw error;
  });
  if (!documents?.instance) return;
  const granted = dataAccess(documents.data).reads;
  const missing = reads.filter((read) => {
    const place = read.replace(/^s3:\/\//, "");
    const whole = place.includes("/") ? place : `${place}/`;
    return !granted.some((grant) => whole.startsWith(grant));
  });
  if (missing.length === 0) return;
  const flags = missing.map((read) => `--read ${read}`).join(" ");
  throw new RunctlError("CONFIGURATION", `instances may not read ${missing.join(", ")}`, {
    hint: `runctl aws setup ${flags}`,
  });
}

async function readPolicies(aws: Aws, roleName: string) {
  const [instance, data] = await Promise.all([
    findRolePolicy(aws, roleName, policyNames.instance),
    findRolePolicy(aws, roleName, policyNames.data),
  ]);
  return { instance, data };
}
