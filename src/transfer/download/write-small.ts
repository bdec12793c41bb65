import {
  closeSync,
  constants,
  fchmodSync,
  futimesSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { systemCode } from "../../errors.ts";
import { type FileAttributes, fileTime } from "../large/disk-file.ts";
import { partPath } from "../part-file.ts";

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
const writeFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;

/**
 * Writes a file that appears whole or not at all; it is not brought to the disk. Synchronous: for small files half
 * the cost of the same calls through the thread pool.
 */
export function writeSmall(path: string, bytes: Uint8Array, attributes: FileAttributes): void {
  const { modifiedMs, permissions } = attributes;
  const part = partPath(path);
  const file = openAnew(part);
  let isWhole = false;
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at, bytes.length - at);
    if (permissions !== undefined) fchmodSync(file, permissions);
    if (modifiedMs !== undefined) futimesSync(file, fileTime(modifiedMs), fileTime(modifiedMs));
    isWhole = true;
  } finally {
    closeSync(file);
    // On a full disk even an unfinished file takes what others need.
    if (!isWhole) rmSync(part, { force: true });
  }
  renameSync(part, path);
}

/** What an earlier run left is not written to: it may be read-only already, or a link to something else. */
function openAnew(part: string): number {
  try {
    return openSync(part, writeFlags, 0o666);
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
    rmSync(part, { force: true });
    return openSync(part, writeFlags, 0o666);
  }
}
