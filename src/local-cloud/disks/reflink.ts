import { constants } from "node:fs";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "../../run-program.ts";

/** Whether files in `directory` can share blocks (XFS, Btrfs …): found out by trying. */
export async function hasReflink(directory: string): Promise<boolean> {
  const probe = await mkdtemp(join(directory, ".reflink-"));
  try {
    await writeFile(join(probe, "original"), "x".repeat(4096));
    await cloneFile(join(probe, "original"), join(probe, "clone"));
    return true;
  } catch {
    return false;
  } finally {
    await rm(probe, { recursive: true, force: true });
  }
}

/** A copy that shares blocks with the original: atomic, also while the original is being written. */
export function cloneFile(from: string, to: string): Promise<void> {
  return copyFile(from, to, constants.COPYFILE_FICLONE_FORCE);
}

/** A copy that skips holes; not of one point in time if `from` is written meanwhile. */
export async function copySparse(from: string, to: string): Promise<void> {
  const tenMinutes = 600_000;
  await runProgram("cp", ["--sparse=always", "--reflink=never", "--", from, to], {
    timeoutMs: tenMinutes,
  });
}
