import type { Aws } from "../aws/connect.ts";
import { isRunctlError } from "../errors.ts";
import { type UserMetadata, userMetadata } from "./file-metadata.ts";
import { createFlowControl } from "./flow-control.ts";
import { type ObjectLocation, ownerHeader } from "./object-location.ts";
import { etagOf, sizeOf } from "./s3/object-headers.ts";
import { retryTransfer } from "./s3/retry-transfer.ts";
import { s3Client } from "./s3/s3-client.ts";
import { lastingFailure } from "./s3/s3-failure.ts";

export interface FoundObject {
  sizeBytes: number;
  /** Without quotes. */
  etag: string;
  /** When S3 got it, in milliseconds since 1970. */
  modifiedMs: number;
  metadata: UserMetadata;
}

/** Undefined when there is no such object. @throws RunctlError PERMISSION_DENIED also where S3 will not say that it is not there */
export async function findObject(
  aws: Aws,
  { bucket, key, ...owner }: ObjectLocation,
  { signal, retryMs = 20_000 }: { signal?: AbortSignal | undefined; retryMs?: number } = {},
): Promise<FoundObject | undefined> {
  const request = { method: "HEAD", bucket, key, headers: ownerHeader(owner) } as const;
  const flow = createFlowControl({ parallel: 1 });
  try {
    const { headers } = await retryTransfer(() => s3Client(aws).send(request, signal), {
      flow,
      retryMs,
      signal,
    });
    return {
      sizeBytes: sizeOf(headers),
      etag: etagOf(headers),
      modifiedMs: Date.parse(headers.get("last-modified") ?? "") || 0,
      metadata: userMetadata(headers),
    };
  } catch (error) {
    if (isRunctlError(error, "NOT_FOUND")) return undefined;
    throw lastingFailure(error, `s3://${bucket}/${key}`);
  }
}
