import { closeSync, constants, fstatSync, openSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { RunctlError, systemCode } from "../errors.ts";

// Files that runctl keeps beside the data: their names are known, so whoever may write there may have put a symbolic
// link under one, and the agent is root.

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDWR } = constants;

/** @returns undefined when there is none. @throws RunctlError CONFLICT when it is no plain file */
export async function openOwnFile(path: string, flags: number): Promise<FileHandle | undefined> {
  let file: FileHandle;
  try {
    // Without O_NONBLOCK a FIFO would be waited for.
    file = await open(path, flags | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const code = systemCode(error) ?? "";
    if (code === "ENOENT") return undefined;
    throw ["ELOOP", "ENXIO", "EISDIR"].includes(code) ? notPlain(path) : error;
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw notPlain(path);
}

/** The same for reading at once. */
export function openOwnFileSync(path: string): number {
  const file = openSync(path, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw notPlain(path);
}

/** Makes the file anew, for reading and writing; what stands there is unlinked, never written to. */
export function createOwnFile(path: string): number {
  rmSync(path, { force: true });
  return openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
}

const notPlain = (path: string) =>
  new RunctlError("CONFLICT", `${path} is not a plain file`, {
    hint: "runctl keeps its notes under this name; look who made it, and remove it",
  });
