import { writeSync } from "node:fs";
import { type FileHandle, constants, open, rm } from "node:fs/promises";
import { systemCode } from "../../errors.ts";
import { makeOwnFile } from "../own-file.ts";
import { bufferBytes } from "./buffer-pool.ts";

/** `bypass`: where the file system can, the bytes go to the disk past the page cache, which stays the training's. */
export type PageCache = "bypass" | "keep";

/** What a file gets beside its bytes; undefined members stay as they are. */
export interface FileAttributes {
  /** Milliseconds since 1970. */
  modifiedMs?: number | undefined;
  /** 0 to 0o777. */
  permissions?: number | undefined;
}

/** A time as the utimes of Node take it: seconds, but for those before 1970, which they would take for now. */
export const fileTime = (ms: number): number | Date => (ms < 0 ? new Date(ms) : ms / 1000);

/** A file that is written and read in page-aligned buffers, at positions that are multiples of `bufferBytes`. */
export interface DiskFile {
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** The same while nothing else of this thread runs. */
  writeNow(bytes: Uint8Array, position: number): void;
  /** Reads `into` full, or up to the file's end, from the disk where the file system can. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** False: the file system has no way past the page cache, so that what is read may come from memory. */
  readonly isDirect: boolean;
  /** Brings all bytes that were written to the disk. */
  syncData(): Promise<void>;
  /** Bytes, times and permissions. */
  sync(): Promise<void>;
  truncate(sizeBytes: number): Promise<void>;
  setAttributes(attributes: FileAttributes): Promise<void>;
  close(): Promise<void>;
}

/** Opens a file for writing, made where it is not. @throws RunctlError CONFLICT when it is no plain file */
export async function openDiskFile(path: string, pageCache: PageCache): Promise<DiskFile> {
  const cached = await makeOwnFile(path, constants.O_RDWR).catch(async (error: unknown) => {
    // Killed after the file had its final, read-only permissions, and before its name.
    if (systemCode(error) !== "EACCES") throw error;
    await rm(path, { force: true });
    return makeOwnFile(path, constants.O_RDWR);
  });
  const direct = await openDirect(path);
  let isDirect = direct !== undefined;

  /** O_DIRECT takes whole blocks only; the last bytes of a file rarely are. */
  const directFor = (bytes: Uint8Array): FileHandle =>
    direct && isDirect && bytes.length === bufferBytes ? direct : cached;
  const handleFor = (bytes: Uint8Array): FileHandle =>
    pageCache === "bypass" ? directFor(bytes) : cached;

  /** Some file systems let a file be opened with O_DIRECT and refuse the first write (open(2)). */
  const fallBack = (error: unknown, used: FileHandle) => {
    if (used === cached || !isInvalid(error)) throw error;
    isDirect = false;
  };

  return {
    async write(bytes, position) {
      const handle = handleFor(bytes);
      try {
        await writeAll(handle, bytes, position);
      } catch (error) {
        fallBack(error, handle);
        await writeAll(cached, bytes, position);
      }
    },
    writeNow(bytes, position) {
      const handle = handleFor(bytes);
      try {
        writeAllNow(handle.fd, bytes, position);
      } catch (error) {
        fallBack(error, handle);
        writeAllNow(cached.fd, bytes, position);
      }
    },
    async read(into, position) {
      const { bytesRead } = await directFor(into).read(into, 0, into.length, position);
      return bytesRead;
    },
    get isDirect() {
      return isDirect;
    },
    syncData: () => cached.datasync(),
    sync: () => cached.sync(),
    truncate: (sizeBytes) => cached.truncate(sizeBytes),
    async setAttributes({ modifiedMs, permissions }) {
      if (permissions !== undefined) await cached.chmod(permissions);
      if (modifiedMs === undefined) return;
      await cached.utimes(fileTime(modifiedMs), fileTime(modifiedMs));
    },
    async close() {
      await direct?.close();
      await cached.close();
    },
  };
}

/** Undefined where the system or the file system has no O_DIRECT. */
async function openDirect(path: string): Promise<FileHandle | undefined> {
  const flag: number | undefined = constants.O_DIRECT;
  if (flag === undefined) return undefined;
  try {
    return await open(path, constants.O_RDWR | constants.O_NOFOLLOW | flag);
  } catch (error) {
    if (isInvalid(error)) return undefined;
    throw error;
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}

function writeAllNow(fd: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length;) {
    at += writeSync(fd, bytes, at, bytes.length - at, position + at);
  }
}

const isInvalid = (error: unknown) => systemCode(error) === "EINVAL";
