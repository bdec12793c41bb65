import {
  closeSync,
  constants,
  fchmodSync,
  futimesSync,
  openSync,
  renameSync,
  symlinkSync,
  rmSync,
  writeSync,
} from "node:fs";
import type { FileAttributes } from "./large/disk-file.ts";
import { partPath } from "./part-file.ts";

const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
const writeFlags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW;

/**
 * Writes a file that appears whole or not at all; it is not brought to the disk. Synchronous: for small files half
 * the cost of the same calls through the thread pool.
 */
export function writeSmall(path: string, bytes: Uint8Array, attributes: FileAttributes): void {
  const { modifiedMs, permissions } = attributes;
  const part = partPath(path);
  const file = openSync(part, writeFlags, 0o666);
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at, bytes.length - at);
    if (permissions !== undefined) fchmodSync(file, permissions);
    if (modifiedMs !== undefined) futimesSync(file, modifiedMs / 1000, modifiedMs / 1000);
  } finally {
    closeSync(file);
  }
  renameSync(part, path);
}

/** A symbolic link in place of whatever file is there. */
export function writeLink(path: string, to: string): void {
  const part = partPath(path);
  rmSync(part, { force: true });
  symlinkSync(to, part);
  renameSync(part, path);
}
