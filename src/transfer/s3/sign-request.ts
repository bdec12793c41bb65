import { createHmac, hash } from "node:crypto";
import type { Credentials } from "../../aws/renewing-credentials.ts";
import { type AsciiHmac, asciiHmac } from "./hmac-sha256.ts";

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

export const emptyPayloadHash = hash("sha256", "");

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
  let known: { secret: string; day: string; key: AsciiHmac } | undefined;
  let moment = { second: NaN, time: "", day: "" };
  return (request, credentials, now) => {
    const second = Math.floor(now.getTime() / 1000);
    if (moment.second !== second) {
      const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, "");
      moment = { second, time, day: time.slice(0, 8) };
    }
    const { time, day } = moment;
    const secret = credentials.secretAccessKey;
    if (known?.secret !== secret || known.day !== day) {
      known = { secret, day, key: asciiHmac(signingKey(secret, day, region)) };
    }
    return sign(request, credentials, { region, day, time, key: known.key });
  };
}

interface Scope {
  region: string;
  day: string;
  /** As in `x-amz-date`. */
  time: string;
  key: AsciiHmac;
}

function sign(
  request: RequestToSign,
  credentials: Credentials,
  { region, day, time, key }: Scope,
): Record<string, string> {
  const headers: Record<string, string> = {
    ...request.headers,
    "x-amz-content-sha256": request.payloadHash,
    "x-amz-date": time,
  };
  if (credentials.sessionToken) headers["x-amz-security-token"] = credentials.sessionToken;
  const names = Object.keys(headers).toSorted();
  const signedHeaders = names.join(";");
  let lines = "";
  for (const name of names) lines += `${name}:${canonicalValue(headers[name]!)}\n`;
  const canonical = `${request.method}\n${request.path}\n${encodeQuery(request.query)}\n${lines}\n${signedHeaders}\n${request.payloadHash}`;
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash("sha256", canonical)}`;
  const signature = key(toSign);
  headers["authorization"] =
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
  return headers;
}

/** Without spaces around it, and with one in place of several. */
function canonicalValue(value: string): string {
  const trimmed = value.trim();
  return trimmed.includes("  ") ? trimmed.replaceAll(/ +/g, " ") : trimmed;
}

export function encodeQuery(query: Readonly<Record<string, string>>): string {
  const names = Object.keys(query);
  if (names.length === 0) return "";
  return names
    .toSorted()
    .map((name) => `${encodeSegment(name)}=${encodeSegment(query[name] ?? "")}`)
    .join("&");
}

/** A key as it stands in the path: encoded once, segment by segment; dots stay as they are. */
export function encodeKey(key: string): string {
  if (unreservedKey.test(key)) return key;
  return key.split("/").map(encodeSegment).join("/");
}

/** What needs no encoding, as most of it. */
const unreserved = /^[A-Za-z0-9_.~-]*$/;
const unreservedKey = /^[A-Za-z0-9_.~/-]*$/;

function encodeSegment(text: string): string {
  if (unreserved.test(text)) return text;
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The key of one day: it costs four times a signature. */
export function signingKey(secret: string, day: string, region: string): Buffer {
  return [region, "s3", "aws4_request"].reduce(hmac, hmac(`AWS4${secret}`, day));
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
