// S3 by the SDK: for tests, a second opinion on what the transfer engine did.
import type { HeadObjectCommandOutput } from "@aws-sdk/client-s3";
import { RunctlError, isRunctlError } from "../../src/errors.ts";
import { type StoredChecksum, storedChecksum } from "../../src/object-checksum.ts";
import { call } from "../../src/aws/call.ts";
import type { Aws } from "../../src/aws/connect.ts";

export interface ObjectAddress {
  bucket: string;
  key: string;
  /** Account id; S3 refuses the call when the bucket belongs to another. */
  expectedBucketOwner?: string;
}

export interface ObjectHead {
  sizeBytes: number;
  etag: string;
  modifiedMs: number;
  metadata: Readonly<Record<string, string>>;
  /** Of the whole object, also when one part was asked for; undefined unless it was uploaded in parts. */
  partsCount: number | undefined;
  /** What S3 knows of the bytes: its checksum, or the MD5 in a plain ETag. */
  checksum: StoredChecksum | undefined;
}

/** Undefined when there is no such object. With `partNumber`, `sizeBytes` is that of the part. */
export async function headObject(
  aws: Aws,
  {
    bucket,
    key,
    etag,
    partNumber,
    ...rest
  }: ObjectAddress & { etag?: string; partNumber?: number },
  signal?: AbortSignal,
): Promise<ObjectHead | undefined> {
  const { HeadObjectCommand } = await import("../../src/aws/sdk/s3.ts");
  const client = await aws.s3();
  try {
    // HEAD has no body to say why; S3 wants s3:GetObject for it.
    const head = await call("s3:GetObject", () =>
      client.send(
        new HeadObjectCommand({
          Bucket: bucket,
          Key: key,
          ChecksumMode: "ENABLED",
          ...(etag === undefined ? {} : { IfMatch: `"${etag}"` }),
          ...(partNumber === undefined ? {} : { PartNumber: partNumber }),
          ...owner(rest),
        }),
        sendOptions(signal),
      ),
    );
    return {
      sizeBytes: head.ContentLength ?? 0,
      etag: withoutQuotes(head.ETag),
      modifiedMs: head.LastModified?.getTime() ?? 0,
      metadata: head.Metadata ?? {},
      partsCount: head.PartsCount,
      checksum: checksumOfHead(head),
    };
  } catch (error) {
    if (isRunctlError(error, "NOT_FOUND")) return undefined;
    throw headFailure(error, `s3:GetObject ${bucket}/${key}`);
  }
}

/** An answer to HEAD has no body, so the status alone must say why. */
function headFailure(error: unknown, what: string): unknown {
  const cause = isRunctlError(error, "AWS_ERROR") ? error.cause : undefined;
  if (!(cause instanceof Error && "$metadata" in cause)) return error;
  const { httpStatusCode } = cause.$metadata as { httpStatusCode?: number };
  if (httpStatusCode === 403) {
    return new RunctlError("PERMISSION_DENIED", `${what}: access denied`, { cause });
  }
  if (httpStatusCode === 412) {
    const hint = "run the same command again";
    const message = `${what}: the object changed in S3 meanwhile`;
    return new RunctlError("CONFLICT", message, { hint, cause });
  }
  return error;
}

/**
 * Puts a small object as one request, with a CRC32 that S3 checks.
 *
 * @returns "kept" when `ifNoneMatch` was asked for and the key exists already.
 */
export async function putBytes(
  aws: Aws,
  { bucket, key, ifNoneMatch, ...rest }: ObjectAddress & { ifNoneMatch?: boolean },
  bytes: Uint8Array | string,
  signal?: AbortSignal,
): Promise<"created" | "kept"> {
  const { PutObjectCommand } = await import("../../src/aws/sdk/s3.ts");
  const client = await aws.s3();
  try {
    await call("s3:PutObject", () =>
      client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          // The SDK takes an empty string for a stream of unknown length.
          Body: typeof bytes === "string" ? Buffer.from(bytes) : bytes,
          ChecksumAlgorithm: "CRC32",
          ...(ifNoneMatch ? { IfNoneMatch: "*" } : {}),
          ...owner(rest),
        }),
        sendOptions(signal),
      ),
    );
    return "created";
  } catch (error) {
    if (ifNoneMatch && isRunctlError(error) && isPreconditionFailed(error.cause)) return "kept";
    throw error;
  }
}

/** The object in memory, whole or from a byte of it on: for small ones. @throws RunctlError NOT_FOUND */
export async function getBytes(
  aws: Aws,
  { bucket, key, from = 0, ...rest }: ObjectAddress & { from?: number },
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const { GetObjectCommand } = await import("../../src/aws/sdk/s3.ts");
  const client = await aws.s3();
  return call("s3:GetObject", async () => {
    const range = from === 0 ? {} : { Range: `bytes=${from}-` };
    const response = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: key, ...range, ...owner(rest) }),
      sendOptions(signal),
    );
    return (await response.Body?.transformToByteArray()) ?? new Uint8Array();
  });
}

/** A key that is not there is no error. */
export async function deleteObject(
  aws: Aws,
  { bucket, key, ...rest }: ObjectAddress,
): Promise<void> {
  const { DeleteObjectCommand } = await import("../../src/aws/sdk/s3.ts");
  const client = await aws.s3();
  await call("s3:DeleteObject", () =>
    client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key, ...owner(rest) })),
  );
}

function checksumOfHead(head: HeadObjectCommandOutput): StoredChecksum | undefined {
  return storedChecksum({
    checksums: {
      CRC64NVME: head.ChecksumCRC64NVME,
      CRC32C: head.ChecksumCRC32C,
      CRC32: head.ChecksumCRC32,
      SHA256: head.ChecksumSHA256,
      SHA1: head.ChecksumSHA1,
    },
    etag: withoutQuotes(head.ETag),
    encryption: head.ServerSideEncryption,
    customerKey: head.SSECustomerAlgorithm,
  });
}

const isPreconditionFailed = (cause: unknown) =>
  cause instanceof Error && cause.name === "PreconditionFailed";

const sendOptions = (signal: AbortSignal | undefined) => (signal ? { abortSignal: signal } : {});

const owner = ({ expectedBucketOwner }: { expectedBucketOwner?: string }) =>
  expectedBucketOwner === undefined ? {} : { ExpectedBucketOwner: expectedBucketOwner };

const withoutQuotes = (etag: string | undefined) => (etag ?? "").replaceAll('"', "");
