import { constants, open } from "node:fs/promises";
import { RunctlError, systemCode } from "../errors.ts";

const blockBytes = 1024 * 1024;

/** A block of memory that O_DIRECT accepts. */
export type DirectBuffer = Buffer;

/**
 * Whole pages: V8 reserves address space for a resizable buffer, while an ordinary one comes from malloc, whose
 * 16-byte header shifts it off the page, and the kernel answers EINVAL (open(2), "O_DIRECT").
 */
export function directBuffer(): DirectBuffer {
  return Buffer.from(new ArrayBuffer(blockBytes, { maxByteLength: blockBytes }));
}

/**
 * Reads a file from the disk itself, past the page cache, block by block into `buffer`.
 *
 * @throws RunctlError OPERATION_FAILED where the file system cannot do that: a read from memory proves nothing.
 */
export async function readDirect(
  path: string,
  buffer: DirectBuffer,
  each: (bytes: Buffer) => void,
): Promise<void> {
  try {
    const flags = constants.O_RDONLY | constants.O_DIRECT | constants.O_NOFOLLOW;
    const file = await open(path, flags);
    try {
      // A block that is not full is the last one: only the end of a file is not on a block's boundary.
      for (let position = 0, got = blockBytes; got === blockBytes; position += got) {
        got = (await file.read(buffer, 0, blockBytes, position)).bytesRead;
        each(buffer.subarray(0, got));
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) !== "EINVAL") throw error;
    throw new RunctlError("OPERATION_FAILED", `${path} cannot be read past the page cache`, {
      hint: "fill a volume with ext4 or xfs",
      cause: error,
    });
  }
}
