import { closeSync, constants, fstatSync, openSync, read, readSync, statSync } from "node:fs";
import { promisify } from "node:util";
import { RunctlError } from "../../errors.ts";
import { fileMetadata } from "../file-metadata.ts";
import { copyAt } from "../http/body.ts";
import type { ReadPace } from "./read-pace.ts";

/** Bytes to upload, readable at any place and again. */
export interface UploadSource {
  sizeBytes: number;
  /** User metadata that the object gets, without `x-amz-meta-`. */
  metadata: Readonly<Record<string, string>>;
  /** Fills `into` from byte `at` on and returns how many, never 0. A promise where the disk is cold. */
  read(into: Uint8Array, at: number): number | Promise<number>;
  /** @throws RunctlError CONFLICT when the file is not what it was when it was opened. */
  requireUnchanged(): void;
}

export interface FileSource extends UploadSource {
  close(): void;
}

const readLater = promisify(read);

/**
 * A file, as it is now.
 *
 * @throws RunctlError CONFLICT when it is no plain file any more.
 */
export function openFileSource(path: string, pace: ReadPace): FileSource {
  // Non-blocking: a named pipe that took the file's place would otherwise stop us here.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const before = fstatSync(fd, { bigint: true });
    if (!before.isFile()) throw changedFile(path);
    return {
      sizeBytes: Number(before.size),
      metadata: fileMetadata(before),
      read(into, at) {
        const count = pace.isCold()
          ? readLater(fd, into, 0, into.byteLength, at).then(({ bytesRead }) => bytesRead)
          : pace.timed(() => readSync(fd, into, 0, into.byteLength, at));
        if (typeof count !== "number") return count.then(requireSome);
        return requireSome(count);
      },
      requireUnchanged() {
        const now = statSync(path, { bigint: true, throwIfNoEntry: false });
        const isSame =
          now?.ino === before.ino &&
          now.dev === before.dev &&
          now.size === before.size &&
          now.mtimeNs === before.mtimeNs &&
          // No program can put this one back.
          now.ctimeNs === before.ctimeNs;
        if (!isSame) throw changedFile(path);
      },
      close: () => closeSync(fd),
    };
  } catch (error) {
    closeSync(fd);
    throw error;
  }

  function requireSome(count: number): number {
    if (count === 0) throw changedFile(path);
    return count;
  }
}

export function bytesSource(
  bytes: Uint8Array,
  metadata: Readonly<Record<string, string>> = {},
): UploadSource {
  return {
    sizeBytes: bytes.byteLength,
    metadata,
    read: (into, at) => copyAt(bytes, into, at),
    requireUnchanged: () => undefined,
  };
}

export const changedFile = (path: string) =>
  new RunctlError("CONFLICT", `${path} changed while it was uploaded`, {
    hint: "run the same command again when nothing writes to it",
  });
