import { checksumOfHeaders } from "../s3/object-headers.ts";
import type { ManifestFile } from "../../manifest.ts";
import {
  type StoredChecksum,
  checksumText,
  createDigest,
  isOfWhole,
} from "../../object-checksum.ts";
import type { BufferPool } from "../large/buffer-pool.ts";
import { compositeDigest } from "../large/composite-digest.ts";
import { crcText, isCrc, createRangeSum } from "../large/crc-sums.ts";
import { type Asking, partSizesOf } from "../large/stored-object.ts";
import { retryTransfer } from "../s3/retry-transfer.ts";
import { SmallSink } from "./small-sink.ts";
import { requireVersion, wrongBytes } from "./wanted-object.ts";

/** An object that is in memory, whole and right. */
export interface SmallObject {
  /** Of the pool: they are somebody else's once the caller is done. */
  bytes: Uint8Array;
  /** Of S3's answer, names in lower case. */
  headers: ReadonlyMap<string, string>;
  /** Of the whole: S3's own where it has one, else taken of what came. */
  checksum: ManifestFile["checksum"];
  /** The bytes were compared with a checksum that S3 has. */
  isCompared: boolean;
}

/**
 * Fetches an object of at most one buffer by one request into a buffer that is used again and again. Bytes that do
 * not have S3's checksum are fetched once more.
 *
 * @param use gets the object before its buffer goes to another.
 * @throws RunctlError CONFLICT when the object is not the wanted version, VERIFICATION_FAILED when it was wrong twice.
 */
export async function fetchSmall<Result>(
  asking: Asking & { pool: BufferPool },
  use: (object: SmallObject) => Result | Promise<Result>,
): Promise<Result> {
  const { pool, object } = asking;
  const buffer = await pool.take();
  try {
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      const { headers, bytes } = await fill(asking, buffer);
      const stored = checksumOfHeaders(headers);
      const isComposite = stored?.parts !== undefined;
      const checksum = sumOf(pool, isComposite ? undefined : stored, bytes);
      const isRight = isComposite
        ? await hasComposite(asking, stored, bytes)
        : !isOfWhole(stored) || stored.value === checksum.value;
      if (isRight) return await use({ bytes, headers, checksum, isCompared: stored !== undefined });
    }
    throw wrongBytes(object);
  } finally {
    pool.giveBack(buffer);
  }
}

/** @param stored of the whole; undefined: S3 has none. */
export function sumOf(pool: BufferPool, stored: StoredChecksum | undefined, bytes: Uint8Array) {
  const algorithm = stored?.algorithm ?? "CRC64NVME";
  if (isCrc(algorithm)) {
    const sum = createRangeSum(pool.crc, algorithm, [bytes.length]);
    sum.update(bytes);
    return { algorithm, value: crcText(algorithm, sum.pieces()[0] ?? { crc: 0n }) };
  }
  const digest = createDigest(algorithm);
  digest.update(bytes);
  return { algorithm, value: checksumText(algorithm, digest.bytes()) };
}

/** A small object may have been uploaded in parts, too. */
async function hasComposite(
  asking: Asking,
  { algorithm, value, parts = 1 }: StoredChecksum,
  bytes: Uint8Array,
): Promise<boolean> {
  const digest = compositeDigest(algorithm, await partSizesOf(asking, parts));
  digest.update(bytes);
  return checksumText(algorithm, digest.bytes()) === value;
}

async function fill(asking: Asking, buffer: Uint8Array) {
  const { client, flow, object, retryMs, signal } = asking;
  const { bucket, key, etag, sizeBytes } = object;
  const headers = { "if-match": `"${etag}"`, "x-amz-checksum-mode": "ENABLED" };
  const sink = new SmallSink();
  const attempt = async () => {
    sink.begin(buffer.subarray(0, sizeBytes));
    const answer = await client.send({ method: "GET", bucket, key, headers, sink }, signal);
    requireVersion(object, answer.headers);
    return { headers: answer.headers, bytes: sink.bytes() };
  };
  return retryTransfer(attempt, {
    flow,
    bytes: () => sizeBytes,
    retryMs,
    signal,
  });
}
