import {
  blockPublicAccess,
  bucketExists,
  ensureBucket,
  expireObjects,
  putBucketPolicy,
  putBucketTags,
} from "../aws/buckets.ts";
import type { Aws } from "../aws/connect.ts";
import type { Caller } from "../aws/sts.ts";
import { tagKeys } from "../tags.ts";
import { tlsOnlyPolicy } from "./policies.ts";
import type { StagingBucketName } from "./staging-bucket.ts";

const logDays = 30;

/** Makes the staging bucket, private, over TLS only, and with old logs going away; or brings it up to date. */
export async function ensureStagingBucket(
  aws: Aws,
  caller: Caller,
  name: StagingBucketName,
): Promise<void> {
  const owned = { bucket: name.bucket, accountId: caller.accountId };
  // In us-east-1 a second CreateBucket would reset the bucket's ACLs, so look first.
  if (!(await bucketExists(aws, owned))) await ensureBucket(aws, name);
  await blockPublicAccess(aws, owned);
  await putBucketPolicy(aws, owned, tlsOnlyPolicy(caller, name.bucket));
  await expireObjects(aws, owned, { prefix: "logs/", days: logDays });
  await putBucketTags(aws, owned, { [tagKeys.managed]: "true", [tagKeys.owner]: caller.arn });
}
