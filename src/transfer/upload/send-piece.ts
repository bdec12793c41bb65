import { RunctlError } from "../../errors.ts";
import { type Piece, heldBody, trailingBody } from "./checksummed-body.ts";
import { etagOf } from "../s3/object-headers.ts";
import type { UploadJob } from "./upload-job.ts";

export interface SentPiece {
  etag: string;
  /** Base64. */
  crc32: string;
}

export interface PieceRequest {
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
}

/** Up to here a body is read before its request is sent, and its checksum stands in a header. */
const heldBytes = 256 * 1024;

/** S3 that says it has other bytes than were sent is asked to take them once more, and again. */
const attempts = 3;

/**
 * Puts a piece as an object or as a part of one. S3 refuses it unless it has the CRC-32 that was sent along; that of
 * S3's answer, where there is one, is compared too.
 *
 * @throws RunctlError CONFLICT when the source changed; VERIFICATION_FAILED when S3 keeps other bytes than it got.
 */
export async function sendPiece(
  job: UploadJob,
  piece: Piece,
  { query = {}, headers = {} }: PieceRequest,
): Promise<SentPiece> {
  const { sizeBytes } = piece;
  const checked = sizeBytes <= heldBytes ? await heldBody(piece) : trailingBody(piece);
  for (let left = attempts; left > 0; left -= 1) {
    const answer = await job.request({
      method: "PUT",
      query,
      headers: { ...checked.headers, ...headers },
      body: checked.body,
      bytes: sizeBytes,
    });
    const crc32 = checked.crc32();
    const stored = answer.headers.get("x-amz-checksum-crc32") ?? crc32;
    if (stored === crc32) {
      job.options.onBytes?.(sizeBytes);
      return { etag: etagOf(answer.headers), crc32 };
    }
  }
  const { bucket, key } = job.place;
  throw new RunctlError(
    "VERIFICATION_FAILED",
    `s3://${bucket}/${key}: S3 says that it stored other bytes than were sent`,
    { hint: "check this machine's memory and what stands between it and S3" },
  );
}
