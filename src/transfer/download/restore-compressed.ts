import { type FileHandle, constants, open, rename, rm } from "node:fs/promises";
import { zstdDecompress } from "node:zlib";
import { promisify } from "node:util";
import { createCrcEngine } from "../../crc-engine.ts";
import { RunctlError } from "../../errors.ts";
import { crc32Text } from "../crc32-text.ts";
import { type FileAttributes, fileTime } from "../large/disk-file.ts";
import { partPath } from "../part-file.ts";
import { brokenFrame, frameBytes, frameLength, maxFrameBytes } from "../zstd-frames.ts";
import type { OriginalFile } from "../compressed-form.ts";

const decompress = promisify(zstdDecompress);

export interface RestoreOptions {
  signal?: AbortSignal | undefined;
  /** What the file is given before it gets its name. */
  attributes?: FileAttributes;
}

/**
 * Makes the file at `target` again from the compressed bytes at `source`, which stay. The target appears whole or not
 * at all: it is written beside, held against the original's size and checksum, brought to the disk and renamed. The
 * name itself may not be on the disk yet.
 *
 * @throws RunctlError VERIFICATION_FAILED when what comes out is not the original.
 */
export async function restoreCompressed(
  source: string,
  target: string,
  original: OriginalFile,
  { signal, attributes = {} }: RestoreOptions = {},
): Promise<void> {
  // No file can have this name, so no download of another object writes there.
  const beside = partPath(`${target}\0`);
  const from = await open(source, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { modifiedMs, permissions } = attributes;
    // Nobody reads unfinished what nobody else may read when it is done.
    await rm(beside, { force: true });
    const to = await open(beside, writeFlags, 0o600 | (permissions ?? 0o666));
    try {
      await restore(from, to, original, signal);
      if (permissions !== undefined) await to.chmod(permissions);
      if (modifiedMs !== undefined) await to.utimes(fileTime(modifiedMs), fileTime(modifiedMs));
      await to.sync();
    } finally {
      await to.close();
    }
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  } finally {
    await from.close();
  }
}

const writeFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

async function restore(
  from: FileHandle,
  to: FileHandle,
  original: OriginalFile,
  signal: AbortSignal | undefined,
): Promise<void> {
  let sizeBytes = 0;
  const engine = createCrcEngine();
  let checksum = 0;
  for await (const frame of framesOf(from)) {
    signal?.throwIfAborted();
    const bytes = await decompress(frame, { maxOutputLength: frameBytes }).catch(() => {
      throw brokenFrame();
    });
    sizeBytes += bytes.byteLength;
    if (sizeBytes > original.sizeBytes) break;
    checksum = engine.crc32(checksum, bytes);
    await to.writeFile(bytes);
  }
  if (sizeBytes !== original.sizeBytes || crc32Text(checksum) !== original.crc32) {
    throw new RunctlError(
      "VERIFICATION_FAILED",
      `decompressed to ${sizeBytes} bytes with CRC-32 ${crc32Text(checksum)}, but the file had ` +
        `${original.sizeBytes} with ${original.crc32}`,
      { hint: "upload the file again" },
    );
  }
}

async function* framesOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(2 * maxFrameBytes);
  let held = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, held, buffer.byteLength - held);
    held += bytesRead;
    let at = 0;
    for (;;) {
      const length = frameLength(buffer.subarray(at, held));
      if (length === undefined || at + length > held) break;
      yield buffer.subarray(at, at + length);
      at += length;
    }
    if (bytesRead === 0 && at === held) return;
    // Neither a whole frame nor more bytes: it was cut off, or is longer than any of ours.
    if (at === 0 && (bytesRead === 0 || held === buffer.byteLength)) throw brokenFrame();
    buffer.copyWithin(0, at, held);
    held -= at;
  }
}
