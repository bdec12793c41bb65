import type { IncomingHttpHeaders } from "node:http";
import type { FileHandle } from "node:fs/promises";
import type { Aws } from "../aws/connect.ts";
import { RunctlError, isRunctlError } from "../errors.ts";
import type { StoredChecksum } from "../object-checksum.ts";
import { retry } from "../retry.ts";
import { objectConnection } from "./object-connection.ts";
import { isTransient } from "./s3-failure.ts";
import type { Slots } from "./slots.ts";

export interface UploadOptions {
  signal?: AbortSignal;
  /** Shared by all uploads of one job; default: 8 requests of this file at once. */
  slots?: Slots;
  /** Only if there is no object of this key yet. */
  ifNoneMatch?: boolean;
  onBytes?: (count: number) => void;
  /** How long one request is tried again, in milliseconds; default 120,000. */
  retryMs?: number;
}

export interface UploadedFile {
  /** "kept": `ifNoneMatch` was asked for and the key exists. */
  outcome: "created" | "kept";
  sizeBytes: number;
  /** Of this run: less than the size when S3 had parts of an earlier run. */
  movedBytes: number;
  /** Undefined when kept. */
  etag: string | undefined;
  checksum: StoredChecksum | undefined;
}

/** What of an upload does not depend on how many requests it takes. */
export interface Upload {
  file: FileHandle;
  path: string;
  sizeBytes: number;
  bucket: string;
  key: string;
  options: UploadOptions;
  /** @throws RunctlError CONFLICT when the file is not what it was at the start. */
  requireUnchanged(): void;
}

export function putWithRetries(
  aws: Aws,
  { bucket, key, options }: Upload,
  query: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
  bytes: Uint8Array,
): Promise<IncomingHttpHeaders> {
  const { signal, retryMs = 120_000 } = options;
  return retry(() => objectConnection(aws).put({ bucket, key, query, headers }, bytes, signal), {
    deadlineMs: retryMs,
    shouldRetry: isTransient,
    ...(signal ? { signal } : {}),
  });
}

/** @throws RunctlError CONFLICT when the file ends early. */
export async function readPiece(upload: Upload, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length;) {
    const { bytesRead } = await upload.file.read(bytes, at, length - at, position + at);
    if (bytesRead === 0) throw changedFile(upload.path);
    at += bytesRead;
  }
  return bytes;
}

export const changedFile = (path: string) =>
  new RunctlError("CONFLICT", `${path} changed while it was uploaded`, {
    hint: "run the same command again when nothing writes to it",
  });

export const etagOf = (headers: IncomingHttpHeaders) => (headers.etag ?? "").replaceAll('"', "");

/** Of our own PUT, or of the SDK's CompleteMultipartUpload. */
export function isPreconditionFailed(error: unknown): boolean {
  return isRunctlError(error) && error.message.includes("PreconditionFailed");
}
