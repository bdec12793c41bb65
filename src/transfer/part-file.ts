import { hash } from "node:crypto";
import { rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Names that unfinished downloads use; no downloaded or uploaded file may have one. */
export const isPartName = (name: string) => /^\.runctl-[0-9a-f]{16}\.(part|ranges)$/.test(name);

/** Where the bytes of an unfinished file stand: beside it, under a name that never gets too long. */
export function partPath(path: string): string {
  const name = hash("sha256", basename(path), "hex").slice(0, 16);
  return join(dirname(path), `.runctl-${name}.part`);
}

/** Where it is noted which ranges of the unfinished file are there. */
export const rangesPath = (path: string) => partPath(path).replace(/part$/, "ranges");

export async function removePartFile(path: string): Promise<void> {
  await rm(rangesPath(path), { force: true });
  await rm(partPath(path), { force: true });
}
