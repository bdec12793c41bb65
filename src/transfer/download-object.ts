import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  fsyncSync,
  futimesSync,
  openSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import type { Aws } from "../aws/connect.ts";
import { checksumOf, isOfWhole } from "../object-checksum.ts";
import { retry } from "../retry.ts";
import { checksumOfHeaders } from "./checksum-headers.ts";
import { diskError } from "./disk-error.ts";
import { downloadRanges } from "./download-ranges.ts";
import { objectConnection } from "./object-connection.ts";
import { objectDigest } from "./object-digest.ts";
import { partPath } from "./part-file.ts";
import { isTransient, lastingFailure } from "./s3-failure.ts";
import { createSlots } from "./slots.ts";
import { syncDirectory } from "./sync-directory.ts";
import {
  type DownloadOptions,
  type DownloadedObject,
  type WantedObject,
  wrongBytes,
} from "./wanted-object.ts";

/** Up to this size an object is one request, held in memory. */
export const smallObjectBytes = 1024 * 1024;

/**
 * Downloads one version of an object to `path`: pinned by ETag, compared with S3's checksum, and there under its
 * name only when complete. Large objects come in parallel ranges and go on where an earlier run ended.
 *
 * @throws RunctlError CONFLICT when the object is not that version any more, VERIFICATION_FAILED when the bytes
 * were wrong twice, OPERATION_FAILED when the disk or the network gave up.
 */
export async function downloadObject(
  aws: Aws,
  object: WantedObject,
  path: string,
  options: DownloadOptions = {},
): Promise<DownloadedObject> {
  try {
    return await (object.sizeBytes <= smallObjectBytes
      ? downloadSmall(aws, object, path, options)
      : downloadRanges(aws, object, path, options));
  } catch (error) {
    throw diskError(lastingFailure(error, `s3://${object.bucket}/${object.key}`), path);
  }
}

async function downloadSmall(
  aws: Aws,
  object: WantedObject,
  path: string,
  options: DownloadOptions,
): Promise<DownloadedObject> {
  const { signal, slots = createSlots(1), retryMs = 120_000, durable = true } = options;
  const { bytes, compared } = await slots.run(() => fetchRight(aws, object, signal, retryMs));
  writeWhole(path, bytes, object.lastModified, durable);
  if (durable) await syncDirectory(dirname(path));
  options.onBytes?.(bytes.length);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const checksum = isOfWhole(compared)
    ? compared
    : { algorithm: "CRC64NVME" as const, value: checksumOf("CRC64NVME", bytes) };
  return { sizeBytes: bytes.length, movedBytes: bytes.length, checksum, compared, sha256 };
}

/** The object's bytes; wrong ones are fetched once more. */
async function fetchRight(
  aws: Aws,
  object: WantedObject,
  signal: AbortSignal | undefined,
  retryMs: number,
) {
  const attempt = async () => {
    const pieces: Buffer[] = [];
    const keep = (piece: Buffer) => void pieces.push(piece);
    const request = { ...object, range: undefined };
    const headers = await objectConnection(aws).get(request, keep, signal);
    return { bytes: pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces), headers };
  };
  for (let count = 1; count <= 2; count += 1) {
    const { bytes, headers } = await retry(attempt, {
      deadlineMs: retryMs,
      shouldRetry: isTransient,
      ...(signal ? { signal } : {}),
    });
    const compared = checksumOfHeaders(headers);
    const digest = compared && (await objectDigest(aws, object, compared, signal));
    digest?.update(bytes);
    if (digest?.isRight() ?? true) return { bytes, compared };
  }
  throw wrongBytes(object);
}

/** Synchronous: for small files half the cost of the same calls through the thread pool. */
function writeWhole(path: string, bytes: Buffer, modified: Date | undefined, durable: boolean) {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  const part = partPath(path);
  const file = openSync(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o666);
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    if (modified) futimesSync(file, modified, modified);
    if (durable) fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(part, path);
}
