import { RunctlError, isRunctlError } from "../../errors.ts";
import { bodyOf } from "../http/body.ts";
import { notOfS3 } from "../s3/s3-failure.ts";
import { plainEtag } from "../s3/object-headers.ts";
import type { UploadJob } from "./upload-job.ts";
import { elementText, elementsNamed } from "../s3/xml-answer.ts";

/** A part that S3 has. */
export interface StoredPart {
  /** From 1. */
  partNumber: number;
  sizeBytes: number;
  etag: string;
  /** Base64; undefined when the upload was begun without. */
  crc32: string | undefined;
}

/**
 * Begins an upload whose object gets a CRC-32 over all its bytes ("Checking object integrity for data uploads").
 * CRC-32 and not CRC64NVME, because it costs a tenth less.
 *
 * @returns the upload's id.
 * @throws RunctlError AWS_ERROR when the answer has none: with an empty one, an abort would delete the object.
 */
export async function beginUpload(
  job: UploadJob,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const answer = await job.request({
    method: "POST",
    query: { uploads: "" },
    headers: {
      ...headers,
      "x-amz-checksum-algorithm": "CRC32",
      "x-amz-checksum-type": "FULL_OBJECT",
    },
  });
  const uploadId = elementText(answer.text, "UploadId");
  if (!uploadId) {
    const { bucket, key } = job.place;
    throw new RunctlError(
      "AWS_ERROR",
      `the upload of s3://${bucket}/${key} was begun without an id`,
    );
  }
  return uploadId;
}

/** Undefined when there is no such upload, because it was completed or aborted, or without the permission to look. */
export async function listParts(
  job: UploadJob,
  uploadId: string,
): Promise<StoredPart[] | undefined> {
  const parts: StoredPart[] = [];
  let marker: string | undefined;
  do {
    const page = await listPage(job, uploadId, marker);
    if (page === undefined) return undefined;
    for (const part of elementsNamed(page, "Part")) {
      parts.push({
        partNumber: Number(elementText(part, "PartNumber")),
        sizeBytes: Number(elementText(part, "Size")),
        etag: plainEtag(elementText(part, "ETag")),
        crc32: elementText(part, "ChecksumCRC32"),
      });
    }
    const isTruncated = elementText(page, "IsTruncated") === "true";
    marker = isTruncated ? elementText(page, "NextPartNumberMarker") : undefined;
  } while (marker);
  return parts;
}

async function listPage(job: UploadJob, uploadId: string, marker: string | undefined) {
  const query = { uploadId, ...(marker ? { "part-number-marker": marker } : {}) };
  try {
    const { text } = await job.request({ method: "GET", query });
    return text;
  } catch (error) {
    if (isRunctlError(error, "NOT_FOUND") || isRunctlError(error, "PERMISSION_DENIED")) {
      return undefined;
    }
    throw error;
  }
}

export interface FinishedParts {
  parts: readonly StoredPart[];
  /** Base64, over all bytes: S3 refuses to join parts that do not have it. */
  crc32: string;
  sizeBytes: number;
}

/** Joins the parts into the object. @returns the CRC-32 that S3 says it has, if it says one. */
export async function finishUpload(
  job: UploadJob,
  uploadId: string,
  { parts, crc32, sizeBytes }: FinishedParts,
): Promise<string | undefined> {
  const named = parts.map(
    (part) =>
      `<Part><PartNumber>${part.partNumber}</PartNumber><ETag>"${part.etag}"</ETag>` +
      `${part.crc32 ? `<ChecksumCRC32>${part.crc32}</ChecksumCRC32>` : ""}</Part>`,
  );
  const xmlns = "http://s3.amazonaws.com/doc/2006-03-01/";
  const document = `<CompleteMultipartUpload xmlns="${xmlns}">${named.join("")}</CompleteMultipartUpload>`;
  const { text } = await job.request({
    method: "POST",
    query: { uploadId },
    headers: {
      "content-type": "application/xml",
      "x-amz-checksum-crc32": crc32,
      "x-amz-checksum-type": "FULL_OBJECT",
      "x-amz-mp-object-size": String(sizeBytes),
      ...(job.options.ifNoneMatch ? { "if-none-match": "*" } : {}),
    },
    body: bodyOf(document),
  });
  if (!text.includes("<CompleteMultipartUploadResult")) throw notOfS3("no result of the upload");
  return elementText(text, "ChecksumCRC32");
}

/** Frees the parts, which cost money while they are there. An upload that is gone already is no error. */
export async function abortUpload(job: UploadJob, uploadId: string): Promise<void> {
  try {
    await job.request({ method: "DELETE", query: { uploadId }, evenIfAborted: true });
  } catch (error) {
    if (!isRunctlError(error, "NOT_FOUND")) throw error;
  }
}
