import { bucketExists } from "../aws/buckets.ts";
import type { Aws } from "../aws/connect.ts";
import type { Caller } from "../aws/sts.ts";
import { RunctlError } from "../errors.ts";

/** "Namespaces for general purpose buckets" (S3 user guide): every region has account-regional names but these two. */
const withoutAccountNamespace = new Set(["me-south-1", "me-central-1"]);

export interface StagingBucketName {
  bucket: string;
  /** Nobody else can take a name of the account's own namespace, before or after it is used. */
  accountRegional: boolean;
}

/** The bucket that holds agents, runtimes, code, logs and locks of one account in one region. */
export function stagingBucketName(
  caller: Pick<Caller, "accountId">,
  region: string,
): StagingBucketName {
  const name = `runctl-${caller.accountId}-${region}`;
  if (withoutAccountNamespace.has(region)) return { bucket: name, accountRegional: false };
  return { bucket: `${name}-an`, accountRegional: true };
}

/** @throws RunctlError CONFIGURATION when it is not there, PERMISSION_DENIED when it is another account's. */
export async function requireStagingBucket(
  aws: Aws,
  caller: Caller,
  wanted?: string,
): Promise<string> {
  const bucket = wanted ?? stagingBucketName(caller, aws.region).bucket;
  if (await bucketExists(aws, { bucket, accountId: caller.accountId })) return bucket;
  throw new RunctlError("CONFIGURATION", `there is no staging bucket ${bucket}`, {
    hint: "runctl aws setup",
  });
}
