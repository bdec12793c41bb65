import { lstat, realpath, rmdir, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ManifestFile } from "../manifest.ts";

/**
 * Removes files that an earlier fill put there and that S3 has no more, and the directories that are empty then.
 * A file that somebody changed since is not the one that runctl put there, and stays.
 *
 * @param root without symbolic links.
 * @param gone as a file on the volume tells, which anybody may have written: what it names outside of the root stays.
 * @returns how many were removed.
 */
export async function removeGone(root: string, gone: Iterable<ManifestFile>): Promise<number> {
  let removed = 0;
  for (const file of gone) {
    if (!(await isAsFilled(root, file))) continue;
    await unlink(join(root, file.path));
    removed += 1;
    await removeEmptyAbove(root, file.path);
  }
  return removed;
}

async function isAsFilled(root: string, file: ManifestFile): Promise<boolean> {
  const path = join(root, file.path);
  const found = await lstat(path).catch(() => undefined);
  const folder = await realpath(dirname(path)).catch(() => undefined);
  return (
    found !== undefined &&
    path.startsWith(`${root}/`) &&
    // No symbolic link leads there.
    folder === dirname(path) &&
    found.isFile() &&
    found.size === file.sizeBytes &&
    Math.abs(found.mtimeMs - file.modifiedMs) < 1
  );
}

async function removeEmptyAbove(root: string, path: string): Promise<void> {
  try {
    for (let above = dirname(path); above !== "."; above = dirname(above)) {
      await rmdir(join(root, above));
    }
  } catch {
    // The first one that is not empty.
  }
}
