import * as z from "zod/mini";
import type { Aws } from "../aws/connect.ts";
import { callerIdentity } from "../aws/sts.ts";
import { isRunctlError, RunctlError } from "../errors.ts";
import { instanceReports } from "../instance-reports.ts";
import { stagingBucketName } from "../instances/staging-bucket.ts";
import type { Report } from "../progress.ts";
import { fetchBytes } from "../transfer/fetch-bytes.ts";

const refusedKeys = z.array(z.object({ name: z.string(), reason: z.string() }));

/** More than this many would push what matters off the screen; the rest is in the staging bucket. */
const shown = 50;

/**
 * Lists the keys that a filling instance could not make files of.
 *
 * @throws RunctlError PARTLY_DONE if there are any: the volume has all other objects, verified, but is not warm.
 */
export async function requireNoneRefused(
  aws: Aws,
  fill: { instanceId: string; volumeId: string; stagingBucket?: string | undefined },
  report: Report,
): Promise<void> {
  const caller = await callerIdentity(aws);
  const { instanceId, volumeId } = fill;
  const bucket = fill.stagingBucket ?? stagingBucketName(caller, aws.region).bucket;
  const key = instanceReports(instanceId).refusedKeys;
  const place = { bucket, key, expectedBucketOwner: caller.accountId };
  const bytes = await fetchBytes(aws, place).catch((error: unknown) => {
    if (isRunctlError(error, "NOT_FOUND")) return undefined;
    throw error;
  });
  if (!bytes) return;
  const refused = refusedKeys.parse(JSON.parse(bytes.toString()));
  // As JSON, because a key may hold what would move the cursor.
  for (const { name, reason } of refused.slice(0, shown))
    report({ kind: "note", text: `left out ${JSON.stringify(name)}: ${reason}` });
  if (refused.length > shown)
    report({ kind: "note", text: `and ${refused.length - shown} more: s3://${bucket}/${key}` });
  throw new RunctlError(
    "PARTLY_DONE",
    `${refused.length} keys cannot be files, so ${volumeId} is not warm; it has all other objects`,
    {
      hint: "rename or delete them in S3, and run the same command again: it moves only what is missing",
    },
  );
}
