import { checksumHeader } from "./checksums.ts";
import type { StoredObject } from "./index/object-rows.ts";
import type { AnswerHeaders } from "./answer.ts";
import { invalidArgument, notImplemented, S3Error } from "./s3-error.ts";
import { header, type S3Request } from "./s3-request.ts";

/** Headers of a PUT that come back with every GET as they were. */
const keptHeaders = [
  "cache-control",
  "content-disposition",
  "content-language",
  "expires",
  "x-amz-website-redirect-location",
  "x-amz-server-side-encryption-aws-kms-key-id",
  "x-amz-server-side-encryption-bucket-key-enabled",
] as const;

/** What would change the meaning of the request and is not there: refused, never ignored. */
const refusedHeaders = [
  "x-amz-tagging",
  "x-amz-server-side-encryption-customer-algorithm",
  "x-amz-copy-source-server-side-encryption-customer-algorithm",
  "x-amz-object-lock-mode",
  "x-amz-object-lock-retain-until-date",
  "x-amz-object-lock-legal-hold",
  "x-amz-grant-full-control",
  "x-amz-grant-read",
  "x-amz-grant-read-acp",
  "x-amz-grant-write-acp",
  "x-amz-write-offset-bytes",
] as const;

const storageClasses = [
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "GLACIER_IR",
];

/** Names and values together, bytes. S3 user guide, "Working with object metadata". */
const maxUserMetadataBytes = 2048;

/** The headers of a PUT, copy or CreateMultipartUpload that the object keeps. */
export function objectHeaders(request: S3Request): Record<string, string> {
  requireUnderstood(request);
  const kept: Record<string, string> = {
    "content-type": header(request, "content-type") ?? "binary/octet-stream",
  };
  for (const name of keptHeaders) {
    const value = header(request, name);
    if (value !== undefined) kept[name] = value;
  }
  const encoding = contentEncoding(header(request, "content-encoding"));
  if (encoding !== undefined) kept["content-encoding"] = encoding;
  const storageClass = header(request, "x-amz-storage-class");
  if (storageClass !== undefined && storageClass !== "STANDARD") {
    if (!storageClasses.includes(storageClass)) {
      throw new S3Error("InvalidStorageClass", "The storage class you specified is not valid", 400);
    }
    kept["x-amz-storage-class"] = storageClass;
  }
  kept["x-amz-server-side-encryption"] = encryption(request);
  return { ...kept, ...userMetadata(request) };
}

function requireUnderstood(request: S3Request): void {
  for (const name of refusedHeaders) {
    if (header(request, name) !== undefined) throw notImplemented(name);
  }
  const acl = header(request, "x-amz-acl");
  if (acl === undefined || acl === "bucket-owner-full-control") return;
  throw new S3Error("AccessControlListNotSupported", "The bucket does not allow ACLs", 400);
}

/** `aws-chunked` is how the body travels; S3 does not keep it. */
function contentEncoding(sent: string | undefined): string | undefined {
  const left = (sent ?? "")
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "aws-chunked");
  return left.length > 0 ? left.join(",") : undefined;
}

/** S3 encrypts every object; AES256 unless the client names a key of KMS. */
function encryption(request: S3Request): string {
  const wanted = header(request, "x-amz-server-side-encryption") ?? "AES256";
  if (wanted === "AES256" || wanted === "aws:kms" || wanted === "aws:kms:dsse") return wanted;
  throw invalidArgument(
    "The encryption method specified is not supported",
    "x-amz-server-side-encryption",
    wanted,
  );
}

function userMetadata(request: S3Request): Record<string, string> {
  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const name of Object.keys(request.http.headers)) {
    if (!name.startsWith("x-amz-meta-")) continue;
    const value = header(request, name) ?? "";
    metadata[name] = value;
    bytes += name.length - "x-amz-meta-".length + Buffer.byteLength(value);
  }
  if (bytes <= maxUserMetadataBytes) return metadata;
  throw new S3Error(
    "MetadataTooLarge",
    "Your metadata headers exceed the maximum allowed metadata size",
    400,
    { Size: String(bytes), MaxSizeAllowed: String(maxUserMetadataBytes) },
  );
}

/** What GET and HEAD say of every object, besides its length and range. */
export function describeObject(object: StoredObject): AnswerHeaders {
  return {
    ...object.headers,
    "Last-Modified": new Date(object.modifiedAt).toUTCString(),
    ETag: `"${object.etag}"`,
    "Accept-Ranges": "bytes",
  };
}

export function checksumHeaders(checksum: StoredObject["checksum"]): AnswerHeaders {
  return {
    [checksumHeader(checksum.algorithm)]: checksum.value,
    "x-amz-checksum-type": checksum.type,
  };
}

/** What answers to writes say of the encryption. */
export function encryptionHeaders(headers: Readonly<Record<string, string>>): AnswerHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.startsWith("x-amz-server-side-encryption")),
  );
}
