import { constants, open } from "node:fs/promises";
import { type ChecksumAlgorithm, checksumText, createDigest } from "../object-checksum.ts";
import { compositeDigest } from "./large/composite-digest.ts";
import { directBuffer, readDirect } from "./read-direct.ts";

interface Reading {
  algorithm: ChecksumAlgorithm;
  /** In bytes, of an object whose checksum is that of the parts' checksums. */
  partSizes?: readonly number[] | undefined;
  /** From the disk itself: what is in the page cache proves nothing of it. */
  isDirect?: boolean;
  signal?: AbortSignal | undefined;
}

/**
 * The checksum of a file as S3 writes it.
 *
 * @throws RunctlError OPERATION_FAILED where the file system cannot be read past the page cache, and that was asked.
 */
export async function fileChecksum(path: string, reading: Reading): Promise<string> {
  const { algorithm, partSizes, isDirect = false, signal } = reading;
  const digest = partSizes ? compositeDigest(algorithm, partSizes) : createDigest(algorithm);
  const each = (bytes: Uint8Array) => {
    signal?.throwIfAborted();
    digest.update(bytes);
  };
  if (isDirect) await readDirect(path, directBuffer(), each);
  else await readCached(path, each);
  return checksumText(algorithm, digest.bytes());
}

async function readCached(path: string, each: (bytes: Uint8Array) => void): Promise<void> {
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    for (let position = 0; ;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) return;
      each(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
  } finally {
    await file.close();
  }
}
