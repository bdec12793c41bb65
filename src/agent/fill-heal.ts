import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Aws } from "../aws/connect.ts";
import { RunctlError } from "../errors.ts";
import type { ManifestFile } from "../manifest.ts";
import { downloadSingle } from "../transfer/download-single.ts";
import { findObject } from "../transfer/find-object.ts";
import type { Room } from "./fill-room.ts";

/** As a fill makes files; nothing is known of what stands there. */
const rules = {
  links: "content",
  trustTimes: false,
  verify: false,
  pageCache: "bypass",
  checksums: true,
} as const;

/**
 * Fetches a file again that was read back wrong, from the object that it was made of. What stands there goes first:
 * a disk that cannot give its bytes would fail whoever looks whether they are right.
 *
 * @throws RunctlError CONFLICT when the object is not that version any more.
 */
export async function fetchAgain(
  aws: Aws,
  { source, root }: Room,
  { key, path, etag, modifiedMs }: ManifestFile,
  signal?: AbortSignal,
): Promise<void> {
  const { bucket, prefix } = source;
  const found = await findObject(aws, { bucket, key }, { signal });
  if (found?.etag !== etag) {
    throw new RunctlError("CONFLICT", `s3://${bucket}/${key} changed while the volume was filled`, {
      hint: "run the same command again: it moves only what is missing",
    });
  }
  const full = join(root, path);
  await rm(full, { force: true });
  const object = { bucket, key, etag, modifiedMs, sizeBytes: found.sizeBytes };
  // Another name than the key's: it was compressed.
  const decompress = key !== prefix + path;
  const to = { path: full, isDirectory: false };
  await downloadSingle(aws, object, to, { ...rules, decompress, signal });
}
