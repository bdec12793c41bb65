import { createHash, createHmac, type KeyObject, timingSafeEqual } from "node:crypto";

/** What the signature of each chunk builds on: the signature of the request's headers and the key that made it. */
export interface ChunkSeed {
  /** Of the day, region and service: never sent over the wire. */
  signingKey: Uint8Array | KeyObject;
  /** `x-amz-date`, such as `20130524T000000Z`. */
  timestamp: string;
  /** Such as `20130524/us-east-1/s3/aws4_request`. */
  scope: string;
  /** The signature of the request's headers, in hex: the "previous signature" of the first chunk. */
  signature: string;
}

const sha256OfNothing = createHash("sha256").digest("hex");

/**
 * The signature that a chunk of an aws-chunked body must carry.
 *
 * @param previous the signature of the chunk before it, or of the seed.
 * @param chunkSha256 in hex; the last chunk is empty and signed too.
 * @see S3 API reference, "Transferring payload in multiple chunks" (sigv4-streaming).
 */
export function chunkSignature(seed: ChunkSeed, previous: string, chunkSha256: string): string {
  return sign(seed, [
    "AWS4-HMAC-SHA256-PAYLOAD",
    seed.timestamp,
    seed.scope,
    previous,
    sha256OfNothing,
    chunkSha256,
  ]);
}

/**
 * The signature that `x-amz-trailer-signature` must carry.
 *
 * @param previous the signature of the last, empty chunk.
 * @param trailers in the order in which they were sent, without `x-amz-trailer-signature`.
 * @see S3 API reference, "Including trailing headers" (sigv4-streaming-trailers).
 */
export function trailerSignature(
  seed: ChunkSeed,
  previous: string,
  trailers: ReadonlyArray<readonly [name: string, value: string]>,
): string {
  const canonical = trailers
    .map(([name, value]) => `${name.trim().toLowerCase()}:${value.trim()}\n`)
    .join("");
  const hash = createHash("sha256").update(canonical).digest("hex");
  return sign(seed, ["AWS4-HMAC-SHA256-TRAILER", seed.timestamp, seed.scope, previous, hash]);
}

/** Compares in a time that says nothing about where they differ. */
export function sameSignature(expected: string, given: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function sign(seed: ChunkSeed, lines: readonly string[]): string {
  return createHmac("sha256", seed.signingKey).update(lines.join("\n")).digest("hex");
}
