import { sendEmpty, sendXml } from "./answer.ts";
import { receiveBody, type ReceivedBody } from "./body/receive-body.ts";
import { parseRange } from "./byte-range.ts";
import { checksumElement, checksumHeader, type ChecksumAlgorithm } from "./checksums.ts";
import { copyBytes, requireCopySource } from "./copy-source.ts";
import type { Upload } from "./index/upload-rows.ts";
import { encryptionHeaders } from "./object-headers.ts";
import type { PieceWriter } from "./piece-files.ts";
import { maxPutBytes } from "./put-object.ts";
import { invalidArgument, invalidRequest, noSuchUpload } from "./s3-error.ts";
import { header, wholeSecondsNow, type ObjectStore, type S3Request } from "./s3-request.ts";

export async function uploadPart(request: S3Request, store: ObjectStore): Promise<void> {
  const upload = requireUpload(request, store);
  const part = await storePart(request, store, upload, (writer) =>
    receiveBody(request.http, request.signed.body, (bytes) => writer.write(bytes), {
      kept: upload.checksumAlgorithm,
      requireAlgorithm: (declared) => requireSameAlgorithm(upload, declared),
      maxBytes: maxPutBytes,
    }),
  );
  sendEmpty(request, 200, {
    ETag: `"${part.md5}"`,
    [checksumHeader(upload.checksumAlgorithm)]: part.checksum.value,
    ...encryptionHeaders(upload.headers),
  });
}

export async function uploadPartCopy(request: S3Request, store: ObjectStore): Promise<void> {
  const upload = requireUpload(request, store);
  const source = requireCopySource(request, store);
  const text = header(request, "x-amz-copy-source-range");
  const range = parseRange(text, source.size);
  if (text !== undefined && (!range || !/^bytes=\d+-\d+$/u.test(text))) {
    throw invalidArgument(
      "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
      "x-amz-copy-source-range",
      text,
    );
  }
  const part = await storePart(request, store, upload, (writer) =>
    copyBytes(store, source, range ?? { start: 0, end: source.size }, {
      writer,
      algorithm: upload.checksumAlgorithm,
    }),
  );
  sendXml(
    request,
    "CopyPartResult",
    {
      LastModified: new Date(part.modifiedAt).toISOString(),
      ETag: `"${part.md5}"`,
      [checksumElement(upload.checksumAlgorithm)]: part.checksum.value,
    },
    encryptionHeaders(upload.headers),
  );
}

/** @throws S3Error NoSuchUpload, also for an upload to another key. */
export function requireUpload(request: S3Request, store: ObjectStore): Upload {
  const id = request.signed.query.get("uploadId") ?? "";
  const upload = store.uploads.find(id);
  if (upload && upload.bucket === request.bucket && upload.key === request.key) return upload;
  throw noSuchUpload(id);
}

async function storePart(
  request: S3Request,
  store: ObjectStore,
  upload: Upload,
  fill: (writer: PieceWriter) => Promise<ReceivedBody>,
): Promise<ReceivedBody & { modifiedAt: number }> {
  const number = requirePartNumber(request);
  const writer = store.pieces.writer();
  try {
    const received = await fill(writer);
    const stored = await writer.keep();
    const { size, md5, checksum } = received;
    const modifiedAt = wholeSecondsNow(store.clock);
    const unused = await store.database.write(() => {
      // It may have been completed or aborted while the body came in.
      if (!store.uploads.find(upload.id)) throw noSuchUpload(upload.id);
      const part = { number, size, md5, checksum: checksum.value, modifiedAt };
      return store.uploads.putPart(upload.id, { ...part, ...stored });
    });
    void store.pieces.remove(unused);
    return { ...received, modifiedAt };
  } catch (error) {
    await writer.drop();
    throw error;
  }
}

function requirePartNumber({ signed }: S3Request): number {
  const text = signed.query.get("partNumber") ?? "";
  const number = /^\d{1,5}$/u.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= 10_000) return number;
  throw invalidArgument(
    "Part number must be an integer between 1 and 10000, inclusive",
    "partNumber",
    text,
  );
}

/** An upload with a composite checksum needs one from the client with each part. */
function requireSameAlgorithm(upload: Upload, declared: ChecksumAlgorithm | undefined): void {
  if (!upload.isChecksumDeclared || declared === upload.checksumAlgorithm) return;
  if (declared === undefined && upload.checksumType === "FULL_OBJECT") return;
  throw invalidRequest(
    `Checksum Type mismatch occurred, expected checksum Type: ${upload.checksumAlgorithm.toLowerCase()}, actual checksum Type: ${declared?.toLowerCase() ?? "null"}`,
  );
}
