import type { Stats } from "node:fs";
import type { ManifestFile } from "../manifest.ts";
import { removeFile } from "../transfer/remove-file.ts";

/**
 * Removes files that an earlier fill put there and that S3 has no more, and the directories that are empty then.
 * A file that somebody changed since is not the one that runctl put there, and stays.
 *
 * @param root without symbolic links.
 * @param gone as a file on the volume tells, which anybody may have written: what it names outside of the root stays.
 * @param isWanted a directory that stays although it is empty: S3 has a marker for it.
 * @returns how many were removed.
 */
export async function removeGone(
  root: string,
  gone: Iterable<ManifestFile>,
  isWanted: (directory: string) => boolean = () => false,
): Promise<number> {
  let removed = 0;
  for (const { path, sizeBytes, modifiedMs } of gone) {
    const mayRemove = (found: Stats) =>
      found.size === sizeBytes && Math.abs(found.mtimeMs - modifiedMs) < 1;
    if (await removeFile(root, path, { mayRemove, isWanted })) removed += 1;
  }
  return removed;
}
