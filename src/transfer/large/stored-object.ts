import type { StoredChecksum } from "../../object-checksum.ts";
import { checksumOfHeaders, sizeOf } from "../s3/object-headers.ts";
import { RunctlError } from "../../errors.ts";
import type { FlowControl } from "../flow-control.ts";
import { retryTransfer } from "../s3/retry-transfer.ts";
import { eachParallel } from "../each-parallel.ts";
import type { S3Client } from "../s3/s3-client.ts";
import { type WantedObject, requireVersion } from "../download/wanted-object.ts";

/** What is needed to ask S3 about an object, again and again. */
export interface Asking {
  client: S3Client;
  flow: FlowControl;
  object: WantedObject;
  retryMs?: number | undefined;
  signal?: AbortSignal | undefined;
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
 * The sizes of the parts that an object was uploaded in, by three questions at most where they seem to be of one size
 * but for the last. Of up to four parts that is sure; of more, those that nobody asked about may differ.
 */
export async function partSizesOf(asking: Asking, count: number): Promise<number[]> {
  const { sizeBytes } = asking.object;
  if (count === 1) return [sizeBytes];
  const first = await sizeOfPart(asking, 1);
  const last = sizeBytes - first * (count - 1);
  const isLast = async () => last === 0 || (await sizeOfPart(asking, count)) === last;
  if (last >= 0 && last <= first && (await isLast())) {
    const middle = count === 2 ? first : await sizeOfPart(asking, Math.ceil(count / 2));
    if (middle === first) return [...Array<number>(count - 1).fill(first), last];
  }
  return allPartSizes(asking, count);
}

const questionsAtOnce = 16;

/** The same by a question for each part but the last, which gets what is left and may be empty. */
export async function allPartSizes(asking: Asking, count: number): Promise<number[]> {
  const { bucket, key, sizeBytes } = asking.object;
  const sizes = Array<number>(count - 1).fill(0);
  await eachParallel([...sizes.keys()], questionsAtOnce, async (index) => {
    sizes[index] = await sizeOfPart(asking, index + 1);
  });
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes <= sizeBytes) return [...sizes, sizeBytes - bytes];
  throw new RunctlError(
    "AWS_ERROR",
    `s3://${bucket}/${key} has ${sizeBytes} bytes, its parts ${bytes}`,
  );
}

async function sizeOfPart(asking: Asking, partNumber: number): Promise<number> {
  const headers = await head(asking, { partNumber: String(partNumber) });
  return sizeOf(headers);
}

async function head(
  { client, flow, object, retryMs, signal }: Asking,
  query: Record<string, string>,
): Promise<ReadonlyMap<string, string>> {
  const { bucket, key, etag } = object;
  const headers = { "if-match": `"${etag}"`, "x-amz-checksum-mode": "ENABLED" };
  const answer = await retryTransfer(
    () => client.send({ method: "HEAD", bucket, key, query, headers }, signal),
    { flow, retryMs, signal },
  );
  requireVersion(object, answer.headers);
  return answer.headers;
}
