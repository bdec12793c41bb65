import { closeSync, constants, fstatSync, openSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { RunctlError, systemCode } from "../errors.ts";

// Files that runctl keeps beside the data: their names are known, so whoever may write there may have put a symbolic
// link under one, and the agent is root.

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDWR } = constants;

/** @returns undefined when there is none. @throws RunctlError CONFLICT when it is no plain file */
export async function openOwnFile(path: string, flags: number): Promise<FileHandle | undefined> {
  try {
    return await openPlain(path, flags);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** The same, made where it is not. */
export const makeOwnFile = (path: string, flags: number) => openPlain(path, flags | O_CREAT);

async function openPlain(path: string, flags: number): Promise<FileHandle> {
  // Without O_NONBLOCK a FIFO would be waited for.
  const file = await open(path, flags | O_NOFOLLOW | O_NONBLOCK, 0o666).catch((error: unknown) => {
    throw isOfOther(error) ? notPlain(path) : error;
  });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw notPlain(path);
}

/** What the system says of a link, a FIFO, a socket or a directory. */
const isOfOther = (error: unknown) =>
  ["ELOOP", "ENXIO", "EISDIR", "ERR_FS_EISDIR"].includes(systemCode(error) ?? "");

/** The same for reading at once. */
export function openOwnFileSync(path: string): number {
  const file = openSync(path, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw notPlain(path);
}

/** Makes the file anew, for reading and writing; what stands there is unlinked, never written to. */
export function createOwnFile(path: string): number {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw isOfOther(error) ? notPlain(path) : error;
  }
  return openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
}

export const notPlain = (path: string) =>
  new RunctlError("CONFLICT", `${path} is not a plain file`, {
    hint: "runctl keeps what is its own under this name; look who made it, and remove it",
  });
