import { createSecretKey, type KeyObject } from "node:crypto";
import type { Principal } from "../call.ts";
import {
  canonicalRequest,
  type PathEncoding,
  type RequestToSign,
  sign,
  signingKey,
  stringToSign,
} from "./canonical-request.ts";
import { type ChunkSeed, sameSignature } from "./chunk-signature.ts";
import type { SignatureClaim } from "./signature-claim.ts";
import { SignatureError } from "./signature-error.ts";

/** Whose key it is. */
interface KnownKey {
  secretAccessKey: string;
  principal: Principal;
}

/**
 * @throws SignatureError `wrong-token` or `expired-token`.
 * @returns undefined for a key that was never given out.
 */
export type FindKey = (
  accessKeyId: string,
  sessionToken: string | undefined,
) => KnownKey | undefined;

export interface VerifyOptions {
  region: string;
  /** Milliseconds since 1970. */
  now: number;
  findKey: FindKey;
  pathEncoding: PathEncoding;
  /** S3 alone refuses a header `x-amz-…` that the signature does not cover. */
  everyAmzHeaderSigned: boolean;
  headerNames: readonly string[];
  /** Hex, or one of S3's words such as `UNSIGNED-PAYLOAD`. */
  payloadHash: string;
}

const allowedSkewMs = 15 * 60_000;

/**
 * Whose request this is, by its signature.
 *
 * @throws SignatureError for the first thing that is wrong with it.
 * @see IAM user guide, "Elements of an AWS API request signature" (15 minutes of skew).
 */
export function verifySignature(
  request: RequestToSign,
  claim: SignatureClaim,
  options: VerifyOptions,
): { principal: Principal; seed: ChunkSeed } {
  checkTime(claim, options.now);
  const key = options.findKey(claim.accessKeyId, claim.sessionToken);
  if (!key) {
    throw new SignatureError("unknown-key", `access key ${claim.accessKeyId} does not exist`);
  }
  checkScope(claim, options.region);
  checkSignedHeaders(claim, options);

  const canonical = canonicalOf(request, claim, options);
  const keyOfDay = findSigningKey(key.secretAccessKey, claim.scope);
  const signature = sign(keyOfDay, stringToSign(claim.timestamp, claim.scope, canonical));
  if (!sameSignature(signature, claim.signature)) {
    throw new SignatureError("wrong-signature", "the signature does not match");
  }
  const { timestamp, scope } = claim;
  return { principal: key.principal, seed: { signingKey: keyOfDay, timestamp, scope, signature } };
}

/** Making a key costs four times as much as signing with it, and requests come by the thousand. */
const signingKeys = new Map<string, KeyObject>();
const maxSigningKeys = 1000;

function findSigningKey(secretAccessKey: string, scope: string): KeyObject {
  const name = `${secretAccessKey}/${scope}`;
  const known = signingKeys.get(name);
  if (known) return known;
  if (signingKeys.size >= maxSigningKeys) signingKeys.clear();
  const made = createSecretKey(signingKey(secretAccessKey, scope));
  signingKeys.set(name, made);
  return made;
}

function checkTime(claim: SignatureClaim, now: number): void {
  const age = now - claim.time.getTime();
  const clocks = `(request: ${claim.timestamp}, here: ${new Date(now).toISOString()})`;
  if (claim.expiresSeconds !== undefined && age > claim.expiresSeconds * 1000) {
    throw new SignatureError("expired-presign", `Request has expired ${clocks}`);
  }
  const isPast = claim.expiresSeconds === undefined && age > allowedSkewMs;
  if (isPast || age < -allowedSkewMs) {
    const word = isPast ? "Signature expired" : "Signature not yet current";
    throw new SignatureError("clock-skew", `${word} ${clocks}`);
  }
}

function checkScope(claim: SignatureClaim, region: string): void {
  if (claim.region !== region) {
    const message = `the region '${claim.region}' is wrong; expecting '${region}'`;
    throw new SignatureError("wrong-region", message);
  }
  if (claim.day !== claim.timestamp.slice(0, 8)) {
    const message = `the date of the credential scope (${claim.day}) is not that of the request`;
    throw new SignatureError("wrong-signature", message);
  }
}

function checkSignedHeaders(claim: SignatureClaim, options: VerifyOptions): void {
  const signed = new Set(claim.signedHeaders);
  const needed = options.everyAmzHeaderSigned
    ? options.headerNames.filter((name) => name.startsWith("x-amz-"))
    : [];
  for (const name of ["host", ...needed]) {
    if (signed.has(name)) continue;
    const message = `There were headers present in the request which were not signed: ${name}`;
    throw new SignatureError("header-not-signed", message);
  }
}

function canonicalOf(
  request: RequestToSign,
  claim: SignatureClaim,
  options: VerifyOptions,
): string {
  const { pathEncoding, payloadHash } = options;
  try {
    const { signedHeaders } = claim;
    return canonicalRequest(request, { pathEncoding, signedHeaders, payloadHash });
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw new SignatureError("wrong-signature", "the path or query is no valid percent encoding");
  }
}
