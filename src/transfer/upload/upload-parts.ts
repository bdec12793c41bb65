import { combineCrc32 } from "../../crc-combine.ts";
import { RunctlError, isRunctlError } from "../../errors.ts";
import type { Piece } from "./checksummed-body.ts";
import { crc32OfText, crc32Text } from "../crc32-text.ts";
import { eachParallel } from "../each-parallel.ts";
import { type UserMetadata, metadataHeaders } from "../file-metadata.ts";
import { type FinishedParts, type StoredPart, finishUpload } from "./multipart-calls.ts";
import { headOf } from "./object-head.ts";
import { type OpenParts, dropParts, openParts } from "./open-parts.ts";
import { pieceCrc32 } from "./piece-checksum.ts";
import { sendPiece } from "./send-piece.ts";
import type { UploadJob, UploadedObject } from "./upload-job.ts";

/** A piece that is to be a part. */
export interface NumberedPiece extends Piece {
  /** From 1 without a gap. */
  partNumber: number;
}

export interface PartedObject {
  /** Each at least 5 MiB but the last. */
  pieces: Iterable<NumberedPiece> | AsyncIterable<NumberedPiece>;
  /** Pieces that are taken at once. */
  atOnce: number;
  metadata: UserMetadata;
  /** Absolute path of the file; undefined: an upload that was killed is not gone on with. */
  from: string | undefined;
  /** @throws RunctlError CONFLICT when the source is not what it was. */
  requireUnchanged(): void;
}

/**
 * Uploads an object part by part. Of the upload that an earlier run left, each part that has the checksum of the
 * bytes that are here stays, and any other is replaced.
 */
export async function uploadParts(job: UploadJob, object: PartedObject): Promise<UploadedObject> {
  const open = await openParts(job, object.from, metadataHeaders(object.metadata));
  try {
    const { parts, movedBytes } = await sendParts(job, object, open);
    object.requireUnchanged();
    const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
    const crc32 = wholeCrc32(parts);
    await joinParts(job, open, { parts, crc32, sizeBytes });
    open.forget();
    return { outcome: "created", movedBytes };
  } catch (error) {
    if (!(open.canContinue && mayContinue(error))) await dropParts(job, open);
    throw error;
  }
}

/** The next run can use the parts, unless the source changed, the key exists or S3 has other bytes. */
const mayContinue = (error: unknown) =>
  !isRunctlError(error, "CONFLICT") && !isRunctlError(error, "VERIFICATION_FAILED");

async function sendParts(job: UploadJob, { pieces, atOnce }: PartedObject, open: OpenParts) {
  const { signal } = job.options;
  const parts: StoredPart[] = [];
  let movedBytes = 0;
  await eachParallel(pieces, atOnce, async (piece) => {
    signal?.throwIfAborted();
    const { partNumber, sizeBytes } = piece;
    const there = open.stored.get(partNumber);
    if (there && (await isSame(there, piece, signal))) {
      parts[partNumber - 1] = there;
      return;
    }
    const query = { partNumber: String(partNumber), uploadId: open.uploadId };
    const sent = await sendPiece(job, piece, { query });
    parts[partNumber - 1] = { partNumber, sizeBytes, ...sent };
    movedBytes += sizeBytes;
  });
  return { parts, movedBytes };
}

async function isSame(there: StoredPart, piece: Piece, signal: AbortSignal | undefined) {
  if (there.sizeBytes !== piece.sizeBytes) return false;
  return there.crc32 === (await pieceCrc32(piece, signal));
}

async function joinParts(job: UploadJob, { uploadId }: OpenParts, whole: FinishedParts) {
  try {
    const crc32 = await finishUpload(job, uploadId, whole);
    if (crc32 !== undefined && crc32 !== whole.crc32) throw otherBytes(job, crc32, whole.crc32);
  } catch (error) {
    // An answer that was lost: the request that was made again finds no upload any more.
    if (!isRunctlError(error, "NOT_FOUND") || !(await isThere(job, whole))) throw error;
  }
}

/** Whether the object is the one that the parts make. */
async function isThere(job: UploadJob, { sizeBytes, crc32 }: FinishedParts): Promise<boolean> {
  const head = await headOf(job);
  return (
    head !== undefined &&
    head !== "hidden" &&
    head.headers.get("content-length") === String(sizeBytes) &&
    head.headers.get("x-amz-checksum-crc32") === crc32
  );
}

const otherBytes = ({ place }: UploadJob, there: string, wanted: string) =>
  new RunctlError(
    "VERIFICATION_FAILED",
    `s3://${place.bucket}/${place.key} has the CRC-32 ${there}, but the file has ${wanted}`,
    { hint: "run the same command again" },
  );

/** From the parts' own, in order, so that no byte is read twice. */
function wholeCrc32(parts: readonly StoredPart[]): string {
  const value = parts.reduce(
    (crc, part) => combineCrc32(crc, crc32OfText(part.crc32 ?? ""), part.sizeBytes),
    0,
  );
  return crc32Text(value);
}
