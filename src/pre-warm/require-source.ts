import type { Aws } from "../aws/connect.ts";
import { isRunctlError, RunctlError } from "../errors.ts";
import { listObjects } from "../transfer/list-objects.ts";

/**
 * Looks for a first object below the source, before anything is spent on filling a volume from it.
 *
 * @param source s3://bucket/prefix/
 * @throws RunctlError NOT_FOUND when there is no such bucket or nothing below the prefix. A caller who may not look
 *   is no reason to stop: the instance's role is what counts.
 */
export async function requireSource(aws: Aws, source: string): Promise<void> {
  const [, bucket = "", prefix = ""] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(source) ?? [];
  try {
    const first = await listObjects(aws, { bucket, prefix }, { retryMs: 20_000 }).next();
    if (!first.done) return;
  } catch (error) {
    if (isRunctlError(error, "PERMISSION_DENIED")) return;
    if (!isRunctlError(error, "NOT_FOUND")) throw error;
    throw new RunctlError("NOT_FOUND", `there is no bucket '${bucket}'`, {
      hint: "look for its name with: aws s3 ls",
      cause: error,
    });
  }
  throw new RunctlError("NOT_FOUND", `there are no objects below ${source}`, {
    hint: `see what there is: runctl s3 list s3://${bucket}`,
  });
}
