import { sendEmpty, startAnswer, type AnswerHeaders } from "./answer.ts";
import { parseRange, type ByteRange } from "./byte-range.ts";
import { requireReadConditions } from "./conditions.ts";
import type { StoredObject } from "./index/object-rows.ts";
import { requireKey } from "./kms-keys.ts";
import { checksumHeaders, describeObject } from "./object-headers.ts";
import { invalidRequest, noSuchKey, S3Error } from "./s3-error.ts";
import { bucketArn, header, type ObjectStore, type S3Request } from "./s3-request.ts";
import { sendPieces } from "./send-pieces.ts";

export async function getObject(request: S3Request, store: ObjectStore): Promise<void> {
  const object = requireObject(request, store);
  requireKey("kms:Decrypt", object.headers, request, store);
  requireReadConditions(request, object);
  const selected = selectBytes(request, store, object);
  const pieces = store.objects.pieces(object.version, selected.range.start, selected.range.end);
  // Looked up and held in one go: a DELETE that comes in between finds them held.
  const release = store.pieces.hold(pieces.flatMap(({ file }) => file ?? []));
  try {
    startAnswer(request, selected.status, {
      ...answerHeaders(request, object, selected),
      ...responseOverrides(request),
    });
    await sendPieces(request.response, store.pieces, pieces, selected.range);
  } finally {
    release();
  }
}

export function headObject(request: S3Request, store: ObjectStore): void {
  const object = requireObject(request, store);
  requireReadConditions(request, object);
  const selected = selectBytes(request, store, object);
  sendEmpty(request, selected.status, {
    ...answerHeaders(request, object, selected),
    ...responseOverrides(request),
  });
}

/**
 * @throws S3Error NoSuchKey; AccessDenied instead to who may not list the bucket, as S3 does not tell
 *   such callers which keys are there (S3 API reference, GetObject, "Permissions").
 */
export function requireObject(request: S3Request, store: ObjectStore): StoredObject {
  const { bucket, key, signed } = request;
  const version = signed.query.get("versionId");
  if (version !== null && version !== "null") {
    throw new S3Error("NoSuchVersion", "The specified version does not exist.", 404);
  }
  const object = store.objects.find(bucket, key);
  if (object) return object;
  signed.authorize([{ action: "s3:ListBucket", resource: bucketArn(bucket) }]);
  throw noSuchKey(key);
}

interface Selection {
  range: ByteRange;
  status: 200 | 206;
  /** Undefined for a range: S3 has checksums of whole objects and of parts only. */
  checksum: StoredObject["checksum"] | undefined;
}

function selectBytes(request: S3Request, store: ObjectStore, object: StoredObject): Selection {
  const partNumber = request.signed.query.get("partNumber");
  const wanted = header(request, "range");
  if (partNumber !== null) {
    if (wanted !== undefined) {
      throw invalidRequest("Cannot specify both Range header and partNumber query parameter");
    }
    return selectPart(store, object, Number(partNumber));
  }
  const range = parseRange(wanted, object.size);
  if (range) return { range, status: 206, checksum: undefined };
  return { range: { start: 0, end: object.size }, status: 200, checksum: object.checksum };
}

function selectPart(store: ObjectStore, object: StoredObject, partNumber: number): Selection {
  // The one piece of an object that was not uploaded in parts counts as part 1.
  const piece = store.objects.piece(object.version, partNumber);
  if (!piece) {
    throw new S3Error("InvalidPartNumber", "The requested partnumber is not satisfiable", 416);
  }
  const range = { start: piece.start, end: piece.start + piece.size };
  if (object.partCount === 0) return { range, status: 206, checksum: object.checksum };
  const { checksum: value } = piece;
  return { range, status: 206, checksum: value ? { ...object.checksum, value } : undefined };
}

function answerHeaders(
  request: S3Request,
  object: StoredObject,
  { range, status, checksum }: Selection,
): AnswerHeaders {
  const wantsChecksum = header(request, "x-amz-checksum-mode")?.toUpperCase() === "ENABLED";
  const isPart = request.signed.query.has("partNumber");
  const isEmpty = range.start === range.end;
  return {
    ...describeObject(object),
    "Content-Length": range.end - range.start,
    "Content-Range":
      status === 206 && !isEmpty
        ? `bytes ${range.start}-${range.end - 1}/${object.size}`
        : undefined,
    "x-amz-mp-parts-count": isPart && object.partCount > 0 ? object.partCount : undefined,
    ...(wantsChecksum && checksum ? checksumHeaders(checksum) : {}),
  };
}

const overridable = [
  "content-type",
  "content-language",
  "expires",
  "cache-control",
  "content-disposition",
  "content-encoding",
];

/** `response-content-type=…` and the like, mostly of presigned URLs. */
function responseOverrides(request: S3Request): AnswerHeaders {
  return Object.fromEntries(
    overridable.flatMap((name) => {
      const value = request.signed.query.get(`response-${name}`);
      return value === null ? [] : [[name, value]];
    }),
  );
}
