import type { Aws } from "../aws/connect.ts";
import { defaultVolumeKey } from "../aws/ebs-encryption.ts";
import type { Caller } from "../aws/sts.ts";
import { isRunctlError } from "../errors.ts";
import type { Report } from "../progress.ts";

/**
 * The key of the account's own that its new volumes are encrypted with, as an ARN for the role's policy: instances
 * attach such volumes only with a grant for it. None where it is AWS's key, which every principal may use through EBS.
 */
export async function defaultKeys(aws: Aws, caller: Caller, report: Report): Promise<string[]> {
  const key = await defaultVolumeKey(aws).catch((error: unknown) => {
    if (isRunctlError(error, "PERMISSION_DENIED")) return undefined;
    throw error;
  });
  if (key?.endsWith("alias/aws/ebs") === true) return [];
  // "Key ARN" (KMS developer guide, key identifiers): a policy's Resource takes neither an id nor an alias.
  if (key !== undefined && /^[0-9a-f-]{36}$|^mrk-[0-9a-f]{32}$/.test(key))
    return [`arn:${caller.partition}:kms:${aws.region}:${caller.accountId}:key/${key}`];
  if (key?.includes(":key/") === true) return [key];
  const what = key === undefined ? "may not be read" : `is ${key}`;
  report({
    kind: "note",
    text: `the account's default key for volumes ${what}: if it is the account's own, give its ARN by --kms-key`,
  });
  return [];
}
