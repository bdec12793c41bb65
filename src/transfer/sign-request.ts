import { type KeyObject, createHash, createHmac, createSecretKey } from "node:crypto";
import type { Credentials } from "../aws/s3-access.ts";

interface RequestToSign {
  method: string;
  /** Encoded, with its leading slash. */
  path: string;
  query: Readonly<Record<string, string>>;
  /** Names in lower case; `host` among them. All are signed. */
  headers: Readonly<Record<string, string>>;
  /** Hex SHA-256 of the body, or `UNSIGNED-PAYLOAD` (over TLS). */
  payloadHash: string;
}

export const emptyPayloadHash = createHash("sha256").digest("hex");

/** Gives the headers of a request, with its signature. */
export type Signer = (
  request: RequestToSign,
  credentials: Credentials,
  now: Date,
) => Record<string, string>;

/**
 * AWS Signature Version 4 in the header ("Signature Calculations for the Authorization Header",
 * Amazon S3 API Reference). The signing key of the day is made once: it costs four times a signature.
 */
export function createSigner(region: string): Signer {
  let known: { secret: string; day: string; key: KeyObject } | undefined;
  return (request, credentials, now) => {
    const day = now.toISOString().slice(0, 10).replaceAll("-", "");
    const secret = credentials.secretAccessKey;
    if (known?.secret !== secret || known.day !== day) {
      known = { secret, day, key: createSecretKey(signingKey(secret, day, region)) };
    }
    return sign(request, credentials, { region, day, now, key: known.key });
  };
}

interface Scope {
  region: string;
  day: string;
  now: Date;
  key: KeyObject;
}

function sign(
  request: RequestToSign,
  credentials: Credentials,
  { region, day, now, key }: Scope,
): Record<string, string> {
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const headers: Record<string, string> = {
    ...request.headers,
    "x-amz-content-sha256": request.payloadHash,
    "x-amz-date": time,
    ...(credentials.sessionToken ? { "x-amz-security-token": credentials.sessionToken } : {}),
  };
  const names = Object.keys(headers).toSorted();
  const signedHeaders = names.join(";");
  const canonical = [
    request.method,
    request.path,
    encodeQuery(request.query),
    ...names.map((name) => `${name}:${headers[name]?.trim()}`),
    "",
    signedHeaders,
    request.payloadHash,
  ].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const hash = createHash("sha256").update(canonical).digest("hex");
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash}`;
  const signature = createHmac("sha256", key).update(toSign).digest("hex");
  headers["authorization"] =
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
  return headers;
}

export function encodeQuery(query: Readonly<Record<string, string>>): string {
  return Object.keys(query)
    .toSorted()
    .map((name) => `${encodeSegment(name)}=${encodeSegment(query[name] ?? "")}`)
    .join("&");
}

/** A key as it stands in the path: encoded once, segment by segment; dots stay as they are. */
export function encodeKey(key: string): string {
  return key.split("/").map(encodeSegment).join("/");
}

function encodeSegment(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function signingKey(secret: string, day: string, region: string): Buffer {
  return [region, "s3", "aws4_request"].reduce(hmac, hmac(`AWS4${secret}`, day));
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
