import type { Aws } from "../aws/connect.ts";
import {
  type StoredPart,
  abortUpload,
  beginUpload,
  findUnfinishedUpload,
  finishUpload,
  listParts,
} from "../aws/s3-multipart.ts";
import { combineCrc32 } from "../crc-combine.ts";
import { checksumOf } from "../object-checksum.ts";
import type { PartPlan } from "./plan-parts.ts";
import { createSlots, forEachParallel } from "./slots.ts";
import {
  type Upload,
  type UploadedFile,
  etagOf,
  isPreconditionFailed,
  putWithRetries,
  readPiece,
} from "./upload.ts";

/** Parts in memory at once, of one file; very large parts come one by one. */
const memoryBytes = 256 * 1024 * 1024;

/**
 * Uploads a file part by part. An unfinished upload of the same key is gone on with: each part there that has the
 * checksum of the file's bytes stays, any other is replaced. So nothing has to be remembered between runs.
 */
export async function uploadParts(aws: Aws, upload: Upload, plan: PartPlan): Promise<UploadedFile> {
  const { bucket, key, sizeBytes, options } = upload;
  const { slots = createSlots(8), ifNoneMatch = false } = options;
  const { uploadId, stored } = await findOrBegin(aws, { bucket, key });
  const parts: StoredPart[] = [];
  let movedBytes = 0;

  const sendPart = async (partNumber: number) => {
    const start = (partNumber - 1) * plan.partBytes;
    const bytes = await readPiece(upload, start, Math.min(plan.partBytes, sizeBytes - start));
    const crc32 = checksumOf("CRC32", bytes);
    const there = stored.get(partNumber);
    if (there?.crc32 === crc32 && there.sizeBytes === bytes.length) {
      parts[partNumber - 1] = there;
      return;
    }
    const query = { partNumber: String(partNumber), uploadId };
    const headers = { "x-amz-checksum-crc32": crc32 };
    const answer = await putWithRetries(aws, upload, query, headers, bytes);
    parts[partNumber - 1] = { partNumber, sizeBytes: bytes.length, etag: etagOf(answer), crc32 };
    movedBytes += bytes.length;
    options.onBytes?.(bytes.length);
  };

  const numbers = Array.from({ length: plan.count }, (_, index) => index + 1);
  const atOnce = Math.max(1, Math.min(slots.count, Math.floor(memoryBytes / plan.partBytes)));
  await forEachParallel(numbers, atOnce, (partNumber) => {
    options.signal?.throwIfAborted();
    return slots.run(() => sendPart(partNumber));
  });
  upload.requireUnchanged();
  const crc32 = wholeCrc32(parts);
  const finished = { bucket, key, uploadId, parts, crc32, sizeBytes, ifNoneMatch };
  const etag = await finishUpload(aws, finished).catch(async (error: unknown) => {
    // The key exists, so these parts will never be joined; they would cost money.
    if (isPreconditionFailed(error)) await abortUpload(aws, { bucket, key, uploadId });
    throw error;
  });
  const checksum = { algorithm: "CRC32", value: crc32 } as const;
  return { outcome: "created", sizeBytes, movedBytes, etag, checksum };
}

async function findOrBegin(aws: Aws, address: { bucket: string; key: string }) {
  const uploadId = await findUnfinishedUpload(aws, address);
  if (uploadId === undefined) {
    return { uploadId: await beginUpload(aws, address), stored: new Map<number, StoredPart>() };
  }
  const parts = await listParts(aws, { ...address, uploadId });
  return { uploadId, stored: new Map(parts.map((part) => [part.partNumber, part])) };
}

/** From the parts' own, in order, so that no byte is read twice. */
function wholeCrc32(parts: readonly StoredPart[]): string {
  const whole = parts.reduce(
    (crc, part) =>
      combineCrc32(crc, Buffer.from(part.crc32 ?? "", "base64").readUInt32BE(), part.sizeBytes),
    0,
  );
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(whole);
  return bytes.toString("base64");
}
