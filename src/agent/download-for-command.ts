import { mkdir } from "node:fs/promises";
import type { Aws } from "../aws/connect.ts";
import { RunctlError } from "../errors.ts";
import { downloadPrefix } from "../transfer/download-prefix.ts";

/**
 * A dataset for a command that has no volume for it, with the role's credentials.
 *
 * @throws RunctlError PARTLY_DONE when keys were refused or objects failed.
 */
export async function downloadForCommand(
  aws: Aws,
  source: string,
  directory: string,
): Promise<{ objects: number; seconds: number }> {
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(source) ?? [];
  if (!bucket) throw new RunctlError("USAGE", `'${source}' is not of the form s3://bucket/prefix/`);
  const begin = performance.now();
  await mkdir(directory, { recursive: true });
  const { objects, refused, failed } = await downloadPrefix(
    aws,
    { bucket, prefix: prefix ?? "" },
    directory,
  );
  const leftOut = refused.length + failed.length;
  if (leftOut > 0) {
    throw new RunctlError("PARTLY_DONE", `${leftOut} objects were left out of ${source}`);
  }
  return { objects, seconds: (performance.now() - begin) / 1000 };
}
