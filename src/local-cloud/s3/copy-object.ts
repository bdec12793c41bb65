import { sendXml } from "./answer.ts";
import { checksumElement, findChecksumAlgorithm } from "./checksums.ts";
import { requireWriteConditions } from "./conditions.ts";
import { copyBytes, requireCopySource } from "./copy-source.ts";
import type { StoredObject } from "./index/object-rows.ts";
import { requireKey } from "./kms-keys.ts";
import { encryptionHeaders, objectHeaders } from "./object-headers.ts";
import { maxPutBytes } from "./put-object.ts";
import { invalidArgument, invalidRequest, noSuchBucket } from "./s3-error.ts";
import { header, wholeSecondsNow, type ObjectStore, type S3Request } from "./s3-request.ts";

export async function copyObject(request: S3Request, store: ObjectStore): Promise<void> {
  const { bucket, key } = request;
  const source = requireCopySource(request, store);
  const headers = copiedHeaders(request, source);
  requireKey("kms:GenerateDataKey", headers, request, store);
  if (source.size > maxPutBytes) {
    throw invalidRequest(
      `The specified copy source is larger than the maximum allowable size for a copy source: ${maxPutBytes}`,
    );
  }
  const writer = store.pieces.writer();
  try {
    const copied = await copyBytes(
      store,
      source,
      { start: 0, end: source.size },
      {
        writer,
        algorithm: wantedAlgorithm(request) ?? source.checksum.algorithm,
      },
    );
    const stored = await writer.keep();
    const { size, md5 } = copied;
    const checksum = { ...copied.checksum, type: "FULL_OBJECT" as const };
    const modifiedAt = wholeSecondsNow(store.clock);
    const unused = await store.database.write(() => {
      if (!store.buckets.find(bucket)) throw noSuchBucket(bucket);
      requireWriteConditions(request, store.objects.find(bucket, key));
      return store.objects.put(
        { bucket, key, size, etag: md5, modifiedAt, partCount: 0, checksum, headers },
        [{ ...stored, start: 0, size, partNumber: 1, checksum: checksum.value }],
      );
    });
    sendXml(
      request,
      "CopyObjectResult",
      {
        LastModified: new Date(modifiedAt).toISOString(),
        ETag: `"${md5}"`,
        ChecksumType: checksum.type,
        [checksumElement(checksum.algorithm)]: checksum.value,
      },
      encryptionHeaders(headers),
    );
    await store.pieces.remove(unused);
  } catch (error) {
    await writer.drop();
    throw error;
  }
}

/** Storage class and encryption are the copy's own; the rest is the source's unless it is replaced. */
function copiedHeaders(request: S3Request, source: StoredObject): Record<string, string> {
  const own = objectHeaders(request);
  const directive = header(request, "x-amz-metadata-directive") ?? "COPY";
  if (directive === "REPLACE") return own;
  if (directive !== "COPY") {
    throw invalidArgument("Unknown metadata directive.", "x-amz-metadata-directive", directive);
  }
  const ofCopy = Object.entries(own).filter(([name]) => isOfCopy(name));
  if (source.bucket === request.bucket && source.key === request.key && !changes(request)) {
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const ofSource = Object.entries(source.headers).filter(([name]) => !isOfCopy(name));
  return Object.fromEntries([...ofSource, ...ofCopy]);
}

const ofCopyPrefixes = ["x-amz-storage-class", "x-amz-server-side-encryption", "x-amz-website"];
const isOfCopy = (name: string): boolean =>
  ofCopyPrefixes.some((prefix) => name.startsWith(prefix));

function changes(request: S3Request): boolean {
  return Object.keys(request.http.headers).some((name) => isOfCopy(name));
}

function wantedAlgorithm(request: S3Request) {
  const name = header(request, "x-amz-checksum-algorithm");
  if (name === undefined) return undefined;
  const algorithm = findChecksumAlgorithm(name);
  if (algorithm) return algorithm;
  throw invalidRequest("Checksum algorithm provided is unsupported.");
}
