import { createHash } from "node:crypto";
import { type FileHandle, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Aws } from "../aws/connect.ts";
import { headObject } from "../aws/s3-objects.ts";
import { RunctlError } from "../errors.ts";
import { checksumText, createDigest, isOfWhole } from "../object-checksum.ts";
import { retry } from "../retry.ts";
import { objectConnection } from "./object-connection.ts";
import { objectDigest } from "./object-digest.ts";
import { type PartFile, openPartFile, partPath, rangesPath, removePartFile } from "./part-file.ts";
import { isTransient } from "./s3-failure.ts";
import { createSlots, forEachParallel } from "./slots.ts";
import { syncDirectory } from "./sync-directory.ts";
import {
  type DownloadOptions,
  type DownloadedObject,
  type WantedObject,
  wrongBytes,
} from "./wanted-object.ts";

/** AWS advises 8 to 16 MB ("Performance guidelines for Amazon S3"). */
export const rangeBytes = 16 * 1024 * 1024;

/** Downloads a large object in parallel ranges, then checks the assembled file. */
export async function downloadRanges(
  aws: Aws,
  object: WantedObject,
  path: string,
  options: DownloadOptions,
): Promise<DownloadedObject> {
  const { signal } = options;
  const head = await headObject(aws, object, signal);
  if (!head) {
    throw new RunctlError("NOT_FOUND", `s3://${object.bucket}/${object.key} is not in S3 any more`);
  }
  let movedBytes = 0;
  for (let attempt = 1; ; attempt += 1) {
    const { key, etag, sizeBytes } = object;
    const part = await openPartFile(path, { key, etag, sizeBytes, rangeBytes });
    try {
      movedBytes += await fetchMissing(aws, object, part, options);
      const digest = head.checksum && (await objectDigest(aws, object, head.checksum, signal));
      const sha256 = createHash("sha256");
      const whole = createDigest("CRC64NVME");
      await readThrough(part.handle, (bytes) => {
        signal?.throwIfAborted();
        sha256.update(bytes);
        if (!isOfWhole(head.checksum)) whole.update(bytes);
        digest?.update(bytes);
      });
      if (digest?.isRight() ?? true) {
        await finish(part, path, object, options.durable ?? true);
        const checksum = isOfWhole(head.checksum)
          ? head.checksum
          : {
              algorithm: "CRC64NVME" as const,
              value: checksumText("CRC64NVME", whole.bytes()),
            };
        const result = { sizeBytes, movedBytes, checksum, compared: head.checksum };
        return { ...result, sha256: sha256.digest("hex") };
      }
    } finally {
      await part.close();
    }
    await removePartFile(path);
    if (attempt === 2) throw wrongBytes(object);
  }
}

async function fetchMissing(
  aws: Aws,
  object: WantedObject,
  part: PartFile,
  options: DownloadOptions,
): Promise<number> {
  const { slots = createSlots(10), onBytes } = options;
  const count = Math.ceil(object.sizeBytes / rangeBytes);
  const missing = Array.from({ length: count }, (_, index) => index).filter(
    (index) => !part.done.has(index),
  );
  let moved = 0;
  await forEachParallel(missing, slots.count, async (index) => {
    await slots.run(() =>
      fetchRange(aws, object, index, part.handle, options, (bytes) => {
        moved += bytes;
        onBytes?.(bytes);
      }),
    );
    // One range: nothing to go on with that is worth a flush.
    if (count > 1) await part.markDone(index);
  });
  return moved;
}

async function fetchRange(
  aws: Aws,
  object: WantedObject,
  index: number,
  file: FileHandle,
  { signal, retryMs = 120_000 }: DownloadOptions,
  onBytes: (count: number) => void,
): Promise<void> {
  const last = Math.min((index + 1) * rangeBytes, object.sizeBytes) - 1;
  let first = index * rangeBytes;
  // A try after a broken connection asks only for what has not arrived.
  const attempt = () =>
    objectConnection(aws).get(
      { ...object, range: { first, last } },
      async (bytes) => {
        const at = first;
        first += bytes.length;
        await writeAll(file, bytes, at);
        onBytes(bytes.length);
      },
      signal,
    );
  await retry(attempt, {
    deadlineMs: retryMs,
    shouldRetry: isTransient,
    ...(signal ? { signal } : {}),
  });
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}

async function readThrough(file: FileHandle, each: (bytes: Buffer) => void): Promise<void> {
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  for (let position = 0; ;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return;
    each(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}

async function finish(part: PartFile, path: string, object: WantedObject, durable: boolean) {
  if (object.lastModified) await part.handle.utimes(object.lastModified, object.lastModified);
  if (durable) await part.handle.sync();
  await rename(partPath(path), path);
  await rm(rangesPath(path), { force: true });
  if (durable) await syncDirectory(dirname(path));
}
