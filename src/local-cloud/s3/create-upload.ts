import { randomBytes } from "node:crypto";
import { sendXml } from "./answer.ts";
import { findChecksumAlgorithm, type ChecksumAlgorithm, type ChecksumType } from "./checksums.ts";
import type { Upload } from "./index/upload-rows.ts";
import { requireKey } from "./kms-keys.ts";
import { encryptionHeaders, objectHeaders } from "./object-headers.ts";
import { invalidRequest, noSuchBucket } from "./s3-error.ts";
import { header, wholeSecondsNow, type ObjectStore, type S3Request } from "./s3-request.ts";

export async function createUpload(request: S3Request, store: ObjectStore): Promise<void> {
  const { bucket, key } = request;
  const upload: Upload = {
    id: randomBytes(48).toString("base64url"),
    bucket,
    key,
    initiatedAt: wholeSecondsNow(store.clock),
    ...wantedChecksum(request),
    headers: objectHeaders(request),
  };
  requireKey("kms:GenerateDataKey", upload.headers, request, store);
  await store.database.write(() => {
    if (!store.buckets.find(bucket)) throw noSuchBucket(bucket);
    store.uploads.add(upload);
  });
  const checksumHeaders = upload.isChecksumDeclared
    ? {
        "x-amz-checksum-algorithm": upload.checksumAlgorithm,
        "x-amz-checksum-type": upload.checksumType,
      }
    : {};
  sendXml(
    request,
    "InitiateMultipartUploadResult",
    { Bucket: bucket, Key: key, UploadId: upload.id },
    { ...checksumHeaders, ...encryptionHeaders(upload.headers) },
  );
}

/** S3 user guide, "Checking object integrity for data uploads": the types of each algorithm; the first is the default. */
const typesOf: Record<ChecksumAlgorithm, readonly ChecksumType[]> = {
  CRC32: ["COMPOSITE", "FULL_OBJECT"],
  CRC32C: ["COMPOSITE", "FULL_OBJECT"],
  CRC64NVME: ["FULL_OBJECT"],
  SHA1: ["COMPOSITE"],
  SHA256: ["COMPOSITE"],
};

function wantedChecksum(
  request: S3Request,
): Pick<Upload, "checksumAlgorithm" | "checksumType" | "isChecksumDeclared"> {
  const name = header(request, "x-amz-checksum-algorithm");
  const type = header(request, "x-amz-checksum-type")?.toUpperCase();
  if (name === undefined) {
    if (type !== undefined) {
      throw invalidRequest(
        "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
      );
    }
    return {
      checksumAlgorithm: "CRC64NVME",
      checksumType: "FULL_OBJECT",
      isChecksumDeclared: false,
    };
  }
  const checksumAlgorithm = findChecksumAlgorithm(name);
  if (!checksumAlgorithm) {
    throw invalidRequest(
      "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
    );
  }
  const types = typesOf[checksumAlgorithm];
  const checksumType = type === undefined ? types[0]! : types.find((allowed) => allowed === type);
  if (checksumType) return { checksumAlgorithm, checksumType, isChecksumDeclared: true };
  throw invalidRequest(
    `The ${type} checksum type cannot be used with the ${checksumAlgorithm.toLowerCase()} checksum algorithm.`,
  );
}
