import { hash } from "node:crypto";
import { rm } from "node:fs/promises";

/** Names that unfinished downloads use; no downloaded or uploaded file may have one. */
export const isPartName = (name: string) =>
  /^\.runctl-[0-9a-f]{16}\.(part|ranges|lock)$/.test(name);

/** Names that runctl keeps for itself at the top of a directory that it fills, for its manifest, journal and lock. */
export const isOwnName = (top: string) => top === ".runctl" || top.startsWith(".runctl-journal");

/** Where the bytes of an unfinished file stand: beside it, under a name that never gets too long. */
export function partPath(path: string): string {
  // Cut by hand: this runs for every small file, and node:path normalises what needs none.
  const nameAt = path.lastIndexOf("/") + 1;
  const name = hash("sha256", path.slice(nameAt), "hex").slice(0, 16);
  return `${path.slice(0, nameAt)}.runctl-${name}.part`;
}

/** Where it is noted which ranges of the unfinished file are there. */
export const rangesPath = (path: string) => partPath(path).replace(/part$/, "ranges");

/** Held by the run that writes the unfinished file. */
export const partLockPath = (path: string) => partPath(path).replace(/part$/, "lock");

export async function removePartFile(path: string): Promise<void> {
  await rm(rangesPath(path), { force: true });
  await rm(partPath(path), { force: true });
}
