import { sendXml } from "./answer.ts";
import { checksumElement } from "./checksums.ts";
import type { Upload } from "./index/upload-rows.ts";
import { commonParameters, wholeNumber } from "./list-objects.ts";
import { justAfter } from "./key-order.ts";
import { isBefore, listPage } from "./list-page.ts";
import type { ObjectStore, S3Request } from "./s3-request.ts";
import { requireUpload } from "./upload-part.ts";

export function listParts(request: S3Request, store: ObjectStore): void {
  const { bucket, key, signed } = request;
  const upload = requireUpload(request, store);
  const maxParts = Math.min(1000, wholeNumber(signed.query, "max-parts") ?? 1000);
  const marker = wholeNumber(signed.query, "part-number-marker") ?? 0;
  const found = store.uploads.parts(upload.id, marker, maxParts + 1);
  const shown = found.slice(0, maxParts);
  const isTruncated = found.length > maxParts;
  sendXml(request, "ListPartsResult", {
    Bucket: bucket,
    Key: key,
    UploadId: upload.id,
    Initiator: { ID: store.accountId },
    Owner: { ID: store.accountId },
    StorageClass: storageClass(upload),
    PartNumberMarker: marker,
    NextPartNumberMarker: isTruncated ? shown.at(-1)?.number : undefined,
    MaxParts: maxParts,
    IsTruncated: isTruncated,
    ...describeChecksum(upload),
    Part: shown.map((part) => ({
      PartNumber: part.number,
      LastModified: new Date(part.modifiedAt).toISOString(),
      ETag: `"${part.md5}"`,
      Size: part.size,
      [checksumElement(upload.checksumAlgorithm)]: upload.isChecksumDeclared
        ? part.checksum
        : undefined,
    })),
  });
}

export function listUploads(request: S3Request, store: ObjectStore): void {
  const { bucket, signed } = request;
  const wanted = commonParameters(request, "max-uploads");
  const keyMarker = signed.query.get("key-marker") ?? "";
  const idMarker = signed.query.get("upload-id-marker") ?? "";
  const page = listPage(
    (from, before) => uploadsFrom(store, bucket, { from, before, keyMarker, idMarker }),
    {
      prefix: wanted.prefix,
      delimiter: wanted.delimiter,
      maxKeys: wanted.maxKeys,
      after: keyMarker === "" || idMarker !== "" ? undefined : keyMarker,
    },
  );
  const { encode } = wanted;
  sendXml(request, "ListMultipartUploadsResult", {
    Bucket: bucket,
    KeyMarker: encode(keyMarker),
    UploadIdMarker: idMarker,
    NextKeyMarker: page.isTruncated ? encode(page.last ?? "") : undefined,
    NextUploadIdMarker: page.isTruncated ? page.entries.at(-1)?.id : undefined,
    Prefix: encode(wanted.prefix),
    Delimiter: wanted.delimiter === "" ? undefined : encode(wanted.delimiter),
    MaxUploads: wanted.maxKeys,
    EncodingType: wanted.encodingType,
    IsTruncated: page.isTruncated,
    Upload: page.entries.map((upload) => ({
      Key: encode(upload.key),
      UploadId: upload.id,
      Initiator: { ID: store.accountId },
      Owner: { ID: store.accountId },
      StorageClass: storageClass(upload),
      Initiated: new Date(upload.initiatedAt).toISOString(),
      ...describeChecksum(upload),
    })),
    CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  });
}

/** With an id marker the rest of that key's uploads come first. */
function* uploadsFrom(
  { uploads }: ObjectStore,
  bucket: string,
  where: { from: string; before: string | undefined; keyMarker: string; idMarker: string },
): Generator<Upload> {
  const { from, before, keyMarker, idMarker } = where;
  const isMarked = idMarker !== "" && isBefore(from, justAfter(keyMarker));
  const walk = isMarked
    ? uploads.list(bucket, keyMarker, idMarker)
    : uploads.list(bucket, from, "");
  for (const upload of walk) {
    if (before !== undefined && !isBefore(upload.key, before)) return;
    yield upload;
  }
}

function storageClass(upload: Upload): string {
  return upload.headers["x-amz-storage-class"] ?? "STANDARD";
}

function describeChecksum(upload: Upload) {
  if (!upload.isChecksumDeclared) return {};
  return { ChecksumAlgorithm: upload.checksumAlgorithm, ChecksumType: upload.checksumType };
}
