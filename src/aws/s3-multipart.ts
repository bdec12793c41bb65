import { isRunctlError } from "../errors.ts";
import { call } from "./call.ts";
import type { Aws } from "./connect.ts";
import { withoutQuotes } from "./s3-objects.ts";

interface Place {
  bucket: string;
  key: string;
}

/** A part that S3 has. */
export interface StoredPart {
  /** From 1. */
  partNumber: number;
  sizeBytes: number;
  etag: string;
  /** Base64; undefined when the upload was begun without. */
  crc32: string | undefined;
}

/** Begins a multipart upload whose parts carry CRC32 and whose object gets one over all bytes. */
export async function beginUpload(aws: Aws, { bucket, key }: Place): Promise<string> {
  const { CreateMultipartUploadCommand } = await import("./sdk/s3.ts");
  const client = await aws.s3();
  const begun = await call("s3:PutObject", () =>
    client.send(
      new CreateMultipartUploadCommand({
        Bucket: bucket,
        Key: key,
        ChecksumAlgorithm: "CRC32",
        ChecksumType: "FULL_OBJECT",
      }),
    ),
  );
  return begun.UploadId ?? "";
}

/**
 * The newest unfinished upload of the key that `beginUpload` could have begun; undefined without one,
 * or without the permission to look.
 */
export async function findUnfinishedUpload(
  aws: Aws,
  { bucket, key }: Place,
): Promise<string | undefined> {
  const { ListMultipartUploadsCommand } = await import("./sdk/s3.ts");
  const client = await aws.s3();
  try {
    const page = await call("s3:ListBucketMultipartUploads", () =>
      client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key })),
    );
    return (page.Uploads ?? [])
      .filter((upload) => upload.Key === key && upload.ChecksumAlgorithm === "CRC32")
      .toSorted((a, b) => Number(b.Initiated ?? 0) - Number(a.Initiated ?? 0))[0]?.UploadId;
  } catch (error) {
    if (isRunctlError(error, "PERMISSION_DENIED")) return undefined;
    throw error;
  }
}

export async function listParts(
  aws: Aws,
  { bucket, key, uploadId }: Place & { uploadId: string },
): Promise<StoredPart[]> {
  const { ListPartsCommand } = await import("./sdk/s3.ts");
  const client = await aws.s3();
  const parts: StoredPart[] = [];
  let marker: string | undefined;
  do {
    const page = await call("s3:ListMultipartUploadParts", () =>
      client.send(
        new ListPartsCommand({
          Bucket: bucket,
          Key: key,
          UploadId: uploadId,
          ...(marker ? { PartNumberMarker: marker } : {}),
        }),
      ),
    );
    for (const part of page.Parts ?? []) {
      parts.push({
        partNumber: part.PartNumber ?? 0,
        sizeBytes: part.Size ?? 0,
        etag: withoutQuotes(part.ETag),
        crc32: part.ChecksumCRC32,
      });
    }
    marker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
  } while (marker);
  return parts;
}

export interface FinishedParts extends Place {
  uploadId: string;
  parts: readonly StoredPart[];
  /** Base64, over all bytes: S3 refuses to join parts that do not have it. */
  crc32: string;
  sizeBytes: number;
  ifNoneMatch: boolean;
}

/** Joins the parts into the object. @returns its ETag */
export async function finishUpload(aws: Aws, finished: FinishedParts): Promise<string> {
  const { CompleteMultipartUploadCommand } = await import("./sdk/s3.ts");
  const client = await aws.s3();
  const result = await call("s3:PutObject", () =>
    client.send(
      new CompleteMultipartUploadCommand({
        Bucket: finished.bucket,
        Key: finished.key,
        UploadId: finished.uploadId,
        ChecksumCRC32: finished.crc32,
        ChecksumType: "FULL_OBJECT",
        MpuObjectSize: finished.sizeBytes,
        ...(finished.ifNoneMatch ? { IfNoneMatch: "*" } : {}),
        MultipartUpload: {
          Parts: finished.parts.map(({ partNumber, etag, crc32 }) => ({
            PartNumber: partNumber,
            ETag: `"${etag}"`,
            ...(crc32 === undefined ? {} : { ChecksumCRC32: crc32 }),
          })),
        },
      }),
    ),
  );
  return withoutQuotes(result.ETag);
}

/** Frees the parts, which cost money while they are there. */
export async function abortUpload(
  aws: Aws,
  { bucket, key, uploadId }: Place & { uploadId: string },
): Promise<void> {
  const { AbortMultipartUploadCommand } = await import("./sdk/s3.ts");
  const client = await aws.s3();
  await call("s3:AbortMultipartUpload", () =>
    client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId })),
  );
}
