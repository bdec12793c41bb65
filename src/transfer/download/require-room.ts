import { statSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { RunctlError } from "../../errors.ts";
import { partPath } from "../part-file.ts";

/** Bytes that a file system still takes. */
export function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

/** @throws RunctlError OPERATION_FAILED when what is to come is more than what is free. */
export function requireRoom(path: string, neededBytes: number, free: number): void {
  if (neededBytes <= free) return;
  const message = `${path}: no room: ${amount(neededBytes)} are to come, and ${amount(free)} are free`;
  const hint = "make room or use a larger volume, then run the same command again";
  throw new RunctlError("OPERATION_FAILED", message, { hint });
}

/** The same for one file; what an earlier run left of it is there already. */
export function requireRoomForFile(path: string, sizeBytes: number): void {
  const part = statSync(partPath(path), { throwIfNoEntry: false });
  // Of stat(2): blocks of 512 bytes, whatever those of the file system are.
  requireRoom(path, sizeBytes - (part ? part.blocks * 512 : 0), freeBytes(dirname(path)));
}

const amount = (bytes: number) =>
  bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`;
