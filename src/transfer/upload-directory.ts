import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { Aws } from "../aws/connect.ts";
import { type S3Object, listObjects } from "../aws/s3-objects.ts";
import { isRunctlError } from "../errors.ts";
import { diskError } from "./disk-error.ts";
import { planParts } from "./plan-parts.ts";
import { createFlowControl } from "./flow-control.ts";
import { eachParallel } from "./each-parallel.ts";
import {
  type TransferProgress,
  type TransferResult,
  createTally,
  interrupted,
} from "./transfer-result.ts";
import { uploadFile } from "./upload-file.ts";
import { walkFiles } from "./walk-files.ts";

export interface UploadDirectoryOptions {
  /** Requests at once; default 10. */
  parallel?: number;
  signal?: AbortSignal;
  onProgress?: (progress: TransferProgress) => void;
  /** How long one request is tried again, in milliseconds; default 120,000. */
  retryMs?: number;
}

/**
 * Uploads the files below a directory, each as `prefix` and its relative path. A file whose object is there with
 * the same size and the ETag that these bytes would get is skipped. Objects without a file are left alone.
 *
 * @param target its prefix is empty or ends in a slash.
 * @throws RunctlError INTERRUPTED when the signal aborts; what S3 has stays.
 */
export async function uploadDirectory(
  aws: Aws,
  directory: string,
  target: { bucket: string; prefix: string },
  options: UploadDirectoryOptions = {},
): Promise<TransferResult> {
  const { signal, parallel = 10, retryMs } = options;
  const tally = createTally(options.onProgress);
  const flow = createFlowControl({ parallel });
  try {
    const there = await objectsByKey(aws, target, signal);
    await eachParallel(walkFiles(directory), parallel, async (found) => {
      signal?.throwIfAborted();
      if (found.kind === "refused") {
        tally.refused.push({ name: found.path, reason: found.reason });
        return;
      }
      const path = join(directory, found.path);
      const key = target.prefix + found.path;
      try {
        if (await hasSameBytes(path, found.sizeBytes, there.get(key), signal)) {
          tally.skip(found.sizeBytes);
          return;
        }
        const sent = await uploadFile(
          aws,
          path,
          { bucket: target.bucket, key },
          {
            flow,
            onBytes: tally.progress,
            ...(signal ? { signal } : {}),
            ...(retryMs === undefined ? {} : { retryMs }),
          },
        );
        tally.move(sent.sizeBytes, sent.movedBytes);
      } catch (error) {
        if (!isRunctlError(error, "CONFLICT") && !isVanished(error)) throw error;
        tally.failed.push({ name: found.path, reason: (error as Error).message });
      }
    });
    return tally.result();
  } catch (error) {
    throw signal?.aborted ? interrupted(error) : error;
  }
}

async function objectsByKey(
  aws: Aws,
  target: { bucket: string; prefix: string },
  signal: AbortSignal | undefined,
): Promise<Map<string, S3Object>> {
  const objects = new Map<string, S3Object>();
  for await (const object of listObjects(aws, target, signal)) objects.set(object.key, object);
  return objects;
}

/** By the ETag that S3 gives to these bytes in these parts; it is none of the bytes under SSE-KMS, so those go again. */
async function hasSameBytes(
  path: string,
  sizeBytes: number,
  object: S3Object | undefined,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (object?.sizeBytes !== sizeBytes) return false;
  try {
    const file = await open(path, "r");
    try {
      return (await etagOfFile(file, sizeBytes, signal)) === object.etag;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw diskError(error, path);
  }
}

async function etagOfFile(
  file: FileHandle,
  sizeBytes: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { partBytes, count } = planParts(sizeBytes);
  const buffer = Buffer.allocUnsafe(Math.min(1024 * 1024, sizeBytes));
  const parts: Buffer[] = [];
  for (let index = 0; index < count; index += 1) {
    const md5 = createHash("md5");
    const end = Math.min((index + 1) * partBytes, sizeBytes);
    for (let at = index * partBytes; at < end;) {
      signal?.throwIfAborted();
      const length = Math.min(buffer.length, end - at);
      const { bytesRead } = await file.read(buffer, 0, length, at);
      if (bytesRead === 0) return "";
      md5.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
    parts.push(md5.digest());
  }
  if (count === 1) return parts[0]!.toString("hex");
  return `${createHash("md5").update(Buffer.concat(parts)).digest("hex")}-${count}`;
}

const isVanished = (error: unknown) =>
  error instanceof Error && "code" in error && error.code === "ENOENT";
