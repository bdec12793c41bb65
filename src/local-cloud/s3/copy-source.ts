import { createHash } from "node:crypto";
import type { ReceivedBody } from "./body/receive-body.ts";
import type { ByteRange } from "./byte-range.ts";
import { startChecksum, type ChecksumAlgorithm } from "./checksums.ts";
import { requireCopyConditions } from "./conditions.ts";
import type { StoredObject } from "./index/object-rows.ts";
import { requireKey } from "./kms-keys.ts";
import type { PieceWriter } from "./piece-files.ts";
import { accessDenied, invalidArgument, noSuchBucket, noSuchKey, S3Error } from "./s3-error.ts";
import {
  bucketArn,
  decodeKey,
  header,
  objectArn,
  type ObjectStore,
  type S3Request,
} from "./s3-request.ts";

/** Bytes read from the source at a time. */
const readBytes = 1_048_576;

/**
 * The object that `x-amz-copy-source` names, with the caller's right to read it and its conditions checked.
 *
 * @throws S3Error NoSuchBucket, NoSuchKey, AccessDenied, PreconditionFailed, InvalidArgument.
 */
export function requireCopySource(request: S3Request, store: ObjectStore): StoredObject {
  const { bucket, key } = parseCopySource(header(request, "x-amz-copy-source") ?? "");
  const owner = header(request, "x-amz-source-expected-bucket-owner");
  if (owner !== undefined && owner !== store.accountId) throw accessDenied();
  const { signed } = request;
  signed.authorize([{ action: "s3:GetObject", resource: objectArn(bucket, key) }]);
  if (!store.buckets.find(bucket)) throw noSuchBucket(bucket);
  const source = store.objects.find(bucket, key);
  if (!source) {
    signed.authorize([{ action: "s3:ListBucket", resource: bucketArn(bucket) }]);
    throw noSuchKey(key);
  }
  requireKey("kms:Decrypt", source.headers, request, store);
  requireCopyConditions(request, source);
  return source;
}

function parseCopySource(source: string): { bucket: string; key: string } {
  const [path = "", query = ""] = source.replace(/^\//u, "").split("?");
  const slash = path.indexOf("/");
  if (slash < 1 || slash === path.length - 1) {
    throw invalidArgument(
      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
      "x-amz-copy-source",
      source,
    );
  }
  const version = new URLSearchParams(query).get("versionId");
  if (version !== null && version !== "null") {
    throw new S3Error("NoSuchVersion", "The specified version does not exist.", 404);
  }
  return { bucket: decodeKey(path.slice(0, slash)), key: decodeKey(path.slice(slash + 1)) };
}

/** Copies bytes of an object into a new piece; afterwards they are known by their own digests. */
export async function copyBytes(
  store: ObjectStore,
  source: StoredObject,
  range: ByteRange,
  { writer, algorithm }: { writer: PieceWriter; algorithm: ChecksumAlgorithm },
): Promise<ReceivedBody> {
  const md5 = createHash("md5");
  const running = startChecksum(algorithm);
  for await (const bytes of readObject(store, source, range)) {
    md5.update(bytes);
    running.update(bytes);
    await writer.write(bytes);
  }
  return {
    size: range.end - range.start,
    md5: md5.digest("hex"),
    checksum: { algorithm, value: running.digest().toString("base64") },
  };
}

async function* readObject(
  { objects, pieces: files }: ObjectStore,
  object: StoredObject,
  range: ByteRange,
): AsyncGenerator<Buffer> {
  const pieces = objects.pieces(object.version, range.start, range.end);
  const release = files.hold(pieces.flatMap(({ file }) => file ?? []));
  try {
    for (const piece of pieces) {
      const start = Math.max(range.start, piece.start) - piece.start;
      const end = Math.min(range.end, piece.start + piece.size) - piece.start;
      if (start >= end) continue;
      if (piece.body) {
        yield Buffer.from(piece.body.subarray(start, end));
        continue;
      }
      const handle = await files.open(piece.file);
      // `end` of a read stream is inclusive.
      yield* handle.createReadStream({ start, end: end - 1, highWaterMark: readBytes });
    }
  } finally {
    release();
  }
}
