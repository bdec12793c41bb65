import { hash } from "node:crypto";
import type { S3Address } from "../../aws/s3-address.ts";
import { type RequestBody, bodyOf, readFully } from "../http/body.ts";
import { emptyPayloadHash } from "./sign-request.ts";

/** Up to this size a body is signed where TLS does not guard it; larger ones bring a checksum that S3 compares. */
const mostSignedBytes = 1024 * 1024;

interface UnsignedRequest {
  body?: RequestBody;
  headers?: Readonly<Record<string, string>>;
}

interface ReadyBody {
  body: RequestBody | undefined;
  /** As in `x-amz-content-sha256`. */
  payloadHash: string;
}

/**
 * How a body is signed: over TLS it is not, as hashing would cost as much as the TLS; without TLS where it is small
 * enough to be held ("Signature Calculations for the Authorization Header", Amazon S3 API Reference).
 */
export function readyBody(
  { body, headers }: UnsignedRequest,
  { protocol }: Pick<S3Address, "protocol">,
): ReadyBody | Promise<ReadyBody> {
  const chosen = headers?.["x-amz-content-sha256"];
  if (chosen !== undefined) return { body, payloadHash: chosen };
  if (body === undefined) return { body, payloadHash: emptyPayloadHash };
  if (protocol === "https:" || body.size > mostSignedBytes) {
    return { body, payloadHash: "UNSIGNED-PAYLOAD" };
  }
  return hashed(body);
}

async function hashed(body: RequestBody): Promise<ReadyBody> {
  const bytes = await readFully(body, 0, body.size);
  return { body: bodyOf(bytes), payloadHash: hash("sha256", bytes) };
}
