import { createHash } from "node:crypto";
import { sendEmpty, sendXml } from "./answer.ts";
import { readSmallBody } from "./body/small-body.ts";
import {
  checksumAlgorithms,
  checksumElement,
  checksumHeader,
  compositeChecksum,
  fullObjectChecksum,
  type Checksum,
  type ChecksumAlgorithm,
} from "./checksums.ts";
import { requireWriteConditions } from "./conditions.ts";
import type { StoredObject, StoredPiece } from "./index/object-rows.ts";
import type { Upload, UploadedPart } from "./index/upload-rows.ts";
import { encryptionHeaders } from "./object-headers.ts";
import { badDigest, invalidRequest, malformedXml, S3Error } from "./s3-error.ts";
import { header, wholeSecondsNow, type ObjectStore, type S3Request } from "./s3-request.ts";
import { requireUpload } from "./upload-part.ts";
import { childrenNamed, childText, parseRequestXml } from "./xml.ts";

/** Bytes of every part but the last. S3 user guide, "Amazon S3 multipart upload limits". */
const minPartBytes = 5 * 2 ** 20;

/** The object is made of the parts as they lie: nothing is copied, however large it is. */
export async function completeUpload(request: S3Request, store: ObjectStore): Promise<void> {
  const { bucket, key } = request;
  const named = readNamedParts(await readSmallBody(request, { checksumIsOfObject: true }));
  const { object, unused, upload } = await store.database.write(() => {
    const found = requireUpload(request, store);
    const uploaded = store.uploads.parts(found.id, 0, 10_000);
    const parts = chooseParts(found, uploaded, named);
    requireWriteConditions(request, store.objects.find(bucket, key));
    const made = {
      ...describeParts(found, parts),
      bucket,
      key,
      modifiedAt: wholeSecondsNow(store.clock),
      headers: found.headers,
    };
    requireAnnounced(request, found, made);
    const replaced = store.objects.put(made, piecesOf(found, parts));
    const used = new Set(parts.flatMap(({ file }) => file ?? []));
    const left = store.uploads.delete(found.id).filter((file) => !used.has(file));
    return { object: made, unused: [...replaced, ...left], upload: found };
  });
  sendXml(
    request,
    "CompleteMultipartUploadResult",
    {
      Location: `http://${header(request, "host") ?? ""}${request.signed.rawPath}`,
      Bucket: bucket,
      Key: key,
      ETag: `"${object.etag}"`,
      [checksumElement(object.checksum.algorithm)]: object.checksum.value,
      ChecksumType: object.checksum.type,
    },
    encryptionHeaders(upload.headers),
  );
  await store.pieces.remove(unused);
}

interface NamedPart {
  number: number;
  etag: string;
  checksums: ReadonlyMap<ChecksumAlgorithm, string | undefined>;
}

function readNamedParts(body: Buffer): NamedPart[] {
  const root = parseRequestXml(body.toString("utf8"), "CompleteMultipartUpload");
  const named = childrenNamed(root, "Part").map((part) => {
    const number = Number(childText(part, "PartNumber"));
    const etag = childText(part, "ETag")?.replaceAll('"', "");
    if (!Number.isInteger(number) || etag === undefined) throw malformedXml();
    const checksums = checksumAlgorithms.map(
      (algorithm) => [algorithm, childText(part, checksumElement(algorithm))] as const,
    );
    return { number, etag, checksums: new Map(checksums) };
  });
  if (named.length === 0 || named.length > 10_000) throw malformedXml();
  const isOrdered = named.every(
    (part, index) => index === 0 || part.number > named[index - 1]!.number,
  );
  if (isOrdered) return named;
  throw new S3Error(
    "InvalidPartOrder",
    "The list of parts was not in ascending order. The parts list must be specified in order by part number.",
    400,
  );
}

/** The uploaded parts that the client named, if they are what it says. */
function chooseParts(
  upload: Upload,
  uploaded: readonly UploadedPart[],
  named: readonly NamedPart[],
): UploadedPart[] {
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  return named.map((wanted, index) => {
    const part = byNumber.get(wanted.number);
    if (!part || part.md5 !== wanted.etag) throw invalidPart(upload, wanted);
    requirePartChecksum(upload, part, wanted);
    if (part.size < minPartBytes && index < named.length - 1) {
      throw new S3Error(
        "EntityTooSmall",
        "Your proposed upload is smaller than the minimum allowed size",
        400,
        {
          ProposedSize: String(part.size),
          MinSizeAllowed: String(minPartBytes),
          PartNumber: String(part.number),
          ETag: part.md5,
        },
      );
    }
    return part;
  });
}

function requirePartChecksum(upload: Upload, part: UploadedPart, wanted: NamedPart): void {
  const { checksumAlgorithm: algorithm, checksumType } = upload;
  const given = wanted.checksums.get(algorithm);
  if (given !== undefined && given !== part.checksum) throw invalidPart(upload, wanted);
  if (given === undefined && checksumType === "COMPOSITE") {
    throw invalidRequest(
      `The upload was created using a ${algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${part.number} in the request.`,
    );
  }
}

function invalidPart(upload: Upload, { number, etag }: NamedPart): S3Error {
  return new S3Error(
    "InvalidPart",
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    400,
    { UploadId: upload.id, PartNumber: String(number), ETag: etag },
  );
}

type MadeOfParts = Pick<StoredObject, "size" | "etag" | "partCount" | "checksum">;

function describeParts(upload: Upload, parts: readonly UploadedPart[]): MadeOfParts {
  const md5 = createHash("md5");
  for (const part of parts) md5.update(Buffer.from(part.md5, "hex"));
  return {
    size: parts.reduce((sum, part) => sum + part.size, 0),
    etag: `${md5.digest("hex")}-${parts.length}`,
    partCount: parts.length,
    checksum: { ...checksumOfParts(upload, parts), type: upload.checksumType },
  };
}

function checksumOfParts(upload: Upload, parts: readonly UploadedPart[]): Checksum {
  const algorithm = upload.checksumAlgorithm;
  const summaries = parts.map(({ checksum, size }) => ({ value: checksum, size }));
  if (upload.checksumType === "COMPOSITE" || algorithm === "SHA1" || algorithm === "SHA256") {
    return { algorithm, value: compositeChecksum(algorithm, summaries) };
  }
  return { algorithm, value: fullObjectChecksum(algorithm, summaries) };
}

/** What the client says of the whole object: its size, its checksum and the checksum's type. */
function requireAnnounced(request: S3Request, upload: Upload, made: MadeOfParts): void {
  const type = header(request, "x-amz-checksum-type");
  if (type !== undefined && type !== upload.checksumType) {
    throw invalidRequest(
      `The upload was created using the ${upload.checksumType} checksum mode. The complete request must use the same checksum mode.`,
    );
  }
  const size = header(request, "x-amz-mp-object-size");
  if (size !== undefined && Number(size) !== made.size) {
    throw invalidRequest(
      `The provided 'x-amz-mp-object-size' header value ${size} does not match what was computed: ${made.size}`,
    );
  }
  // It is the object's checksum, not that of the request's own document.
  const given = header(request, checksumHeader(upload.checksumAlgorithm));
  if (given !== undefined && given !== made.checksum.value) {
    throw badDigest(upload.checksumAlgorithm);
  }
}

/** Parts keep the checksums that the client asked for, not those that S3 computed by itself. */
function piecesOf(upload: Upload, parts: readonly UploadedPart[]): StoredPiece[] {
  let start = 0;
  return parts.map(({ number, size, checksum, file, body }) => {
    const bytes = file === undefined ? { body } : { file };
    const ofPart = upload.isChecksumDeclared ? checksum : undefined;
    const piece = { ...bytes, start, size, partNumber: number, checksum: ofPart };
    start += size;
    return piece;
  });
}

export async function abortUpload(request: S3Request, store: ObjectStore): Promise<void> {
  const unused = await store.database.write(() =>
    store.uploads.delete(requireUpload(request, store).id),
  );
  sendEmpty(request, 204);
  await store.pieces.remove(unused);
}
