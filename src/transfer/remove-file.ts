import { lstat, realpath, rmdir, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Stats } from "node:fs";

interface RemovalRules {
  /** Asked about the file that is there; default: any may go. */
  mayRemove?: (found: Stats) => boolean;
  /** A directory that stays although it is empty. */
  isWanted: (directory: string) => boolean;
}

/**
 * Removes a plain file below a directory, and the directories that are empty then.
 *
 * @param root without symbolic links. A path that leads out of it, or through a symbolic link, is left alone.
 * @returns whether it was removed.
 */
export async function removeFile(
  root: string,
  path: string,
  { mayRemove = () => true, isWanted }: RemovalRules,
): Promise<boolean> {
  const full = join(root, path);
  const found = await lstat(full).catch(() => undefined);
  const folder = await realpath(dirname(full)).catch(() => undefined);
  const isInside = full.startsWith(`${root}/`) && folder === dirname(full);
  if (!isInside || !found?.isFile() || !mayRemove(found)) return false;
  await unlink(full);
  try {
    for (let above = dirname(path); above !== "." && !isWanted(above); above = dirname(above)) {
      await rmdir(join(root, above));
    }
  } catch {
    // The first one that is not empty.
  }
  return true;
}
