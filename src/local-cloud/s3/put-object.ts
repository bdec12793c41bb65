import { sendEmpty } from "./answer.ts";
import { receiveBody } from "./body/receive-body.ts";
import { requireWriteConditions } from "./conditions.ts";
import { requireKey } from "./kms-keys.ts";
import { checksumHeaders, encryptionHeaders, objectHeaders } from "./object-headers.ts";
import { noSuchBucket } from "./s3-error.ts";
import { wholeSecondsNow, type ObjectStore, type S3Request } from "./s3-request.ts";

/** Bytes of one PUT. S3 user guide, "Uploading objects": 5 GB, which S3 counts as GiB. */
export const maxPutBytes = 5 * 2 ** 30;

export async function putObject(request: S3Request, store: ObjectStore): Promise<void> {
  const { bucket, key } = request;
  const headers = objectHeaders(request);
  requireKey("kms:GenerateDataKey", headers, request, store);
  // Asked again inside the write: this one saves sending a body for nothing.
  requireWriteConditions(request, store.objects.find(bucket, key));
  const writer = store.pieces.writer();
  try {
    const received = await receiveBody(
      request.http,
      request.signed.body,
      (bytes) => writer.write(bytes),
      { maxBytes: maxPutBytes },
    );
    const stored = await writer.keep();
    const { size, md5 } = received;
    const checksum = { ...received.checksum, type: "FULL_OBJECT" as const };
    const unused = await store.database.write(() => {
      if (!store.buckets.find(bucket)) throw noSuchBucket(bucket);
      requireWriteConditions(request, store.objects.find(bucket, key));
      const modifiedAt = wholeSecondsNow(store.clock);
      return store.objects.put(
        { bucket, key, size, etag: md5, modifiedAt, partCount: 0, checksum, headers },
        [{ ...stored, start: 0, size, partNumber: 1, checksum: checksum.value }],
      );
    });
    sendEmpty(request, 200, {
      ETag: `"${md5}"`,
      ...checksumHeaders(checksum),
      ...encryptionHeaders(headers),
    });
    await store.pieces.remove(unused);
  } catch (error) {
    await writer.drop();
    throw error;
  }
}
