import type { StoredChecksum } from "../../object-checksum.ts";
import { checksumOfHeaders } from "../checksum-headers.ts";
import { RunctlError } from "../../errors.ts";
import type { FlowControl } from "../flow-control.ts";
import { retryTransfer } from "../retry-transfer.ts";
import type { S3Client } from "../s3-client.ts";
import type { WantedObject } from "../wanted-object.ts";

/** What is needed to ask S3 about an object, again and again. */
export interface Asking {
  client: S3Client;
  flow: FlowControl;
  object: WantedObject;
  retryMs: number;
  signal?: AbortSignal;
}

/** What S3 says of an object before any byte of it is asked for. */
export interface StoredObject {
  headers: ReadonlyMap<string, string>;
  /** Undefined: S3 has no checksum of the bytes. */
  checksum: StoredChecksum | undefined;
}

/** @throws RunctlError CONFLICT when the object is not the wanted version any more, NOT_FOUND when it is gone. */
export async function findStored(asking: Asking): Promise<StoredObject> {
  const headers = await head(asking, {});
  return { headers, checksum: checksumOfHeaders(headers) };
}

/**
 * The sizes of the parts that an object was uploaded in. Parts of one size (but for the last) take three questions
 * at most, others one each.
 */
export async function partSizesOf(asking: Asking, count: number): Promise<number[]> {
  const { sizeBytes } = asking.object;
  const sizeOf = async (partNumber: number) => {
    const headers = await head(asking, { partNumber: String(partNumber) });
    return Number(headers.get("content-length"));
  };
  if (count === 1) return [sizeBytes];
  const first = await sizeOf(1);
  const last = sizeBytes - first * (count - 1);
  if (last > 0 && last <= first && (await sizeOf(count)) === last) {
    const middle = count === 2 ? first : await sizeOf(Math.ceil(count / 2));
    if (middle === first) return [...Array<number>(count - 1).fill(first), last];
  }
  const sizes: number[] = [];
  for (let partNumber = 1; partNumber <= count; partNumber += 1) {
    sizes.push(await sizeOf(partNumber));
  }
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total === sizeBytes) return sizes;
  const { bucket, key } = asking.object;
  throw new RunctlError("AWS_ERROR", `s3://${bucket}/${key}: ${count} parts with ${total} bytes`);
}

async function head(
  { client, flow, object, retryMs, signal }: Asking,
  query: Record<string, string>,
): Promise<ReadonlyMap<string, string>> {
  const { bucket, key, etag } = object;
  const headers = { "if-match": `"${etag}"`, "x-amz-checksum-mode": "ENABLED" };
  const answer = await retryTransfer(
    () => client.send({ method: "HEAD", bucket, key, query, headers }, signal),
    { flow, deadlineMs: retryMs, ...(signal ? { signal } : {}) },
  );
  return answer.headers;
}
