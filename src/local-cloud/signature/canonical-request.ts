import { createHash, createHmac, type KeyObject } from "node:crypto";

/** The parts of a request that Signature Version 4 covers, as they came over the wire. */
export interface RequestToSign {
  method: string;
  /** Percent-encoded, without the query. */
  rawPath: string;
  /** Without the question mark; empty if there is none. */
  rawQuery: string;
  /** The values of a header in the order sent; undefined when it is absent. */
  header(name: string): readonly string[] | undefined;
}

/** The path as S3 signs it (encoded once) or as every other service does (encoded once more). */
export type PathEncoding = "once" | "twice";

export interface CanonicalOptions {
  pathEncoding: PathEncoding;
  /** Lower-case names in the order in which the client listed them. */
  signedHeaders: readonly string[];
  /** `x-amz-content-sha256` or the hash of the body, in hex. */
  payloadHash: string;
}

/**
 * What the client hashed and signed, computed anew from what arrived.
 *
 * @throws URIError when the path or the query is no valid percent encoding of UTF-8.
 * @see IAM user guide, "Create a signed AWS API request", step 1 (reference_sigv-create-signed-request).
 */
export function canonicalRequest(request: RequestToSign, options: CanonicalOptions): string {
  const headers = options.signedHeaders.map(
    (name) => `${name}:${canonicalValue(request.header(name) ?? [])}\n`,
  );
  return [
    request.method,
    canonicalPath(request.rawPath, options.pathEncoding),
    canonicalQuery(request.rawQuery),
    headers.join(""),
    options.signedHeaders.join(";"),
    options.payloadHash,
  ].join("\n");
}

/** @see the same page, step 3. */
export function stringToSign(timestamp: string, scope: string, canonical: string): string {
  // Node decodes headers as Latin-1: encoding them the same way hashes the bytes that were sent.
  const hash = createHash("sha256").update(canonical, "latin1").digest("hex");
  return ["AWS4-HMAC-SHA256", timestamp, scope, hash].join("\n");
}

/** @param scope such as `20130524/us-east-1/s3/aws4_request`. @see the same page, step 4. */
export function signingKey(secretAccessKey: string, scope: string): Buffer {
  return scope
    .split("/")
    .reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secretAccessKey}`));
}

export function sign(key: Uint8Array | KeyObject, text: string): string {
  return hmac(key, text).toString("hex");
}

function hmac(key: Uint8Array | KeyObject, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function canonicalPath(rawPath: string, encoding: PathEncoding): string {
  const segments = rawPath.split("/").map((segment) => uriEncode(decodeURIComponent(segment)));
  return segments.map((segment) => (encoding === "twice" ? uriEncode(segment) : segment)).join("/");
}

function canonicalQuery(rawQuery: string): string {
  if (rawQuery === "") return "";
  return rawQuery
    .split("&")
    .filter((pair) => pair !== "" && !pair.startsWith("X-Amz-Signature="))
    .map((pair) => {
      const [name = "", ...rest] = pair.split("=");
      return [reencode(name), reencode(rest.join("="))] as const;
    })
    .toSorted(([name, value], [otherName, otherValue]) =>
      name === otherName ? compare(value, otherValue) : compare(name, otherName),
    )
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** A plus is a space, as it is for whoever reads the parameters later. */
function reencode(text: string): string {
  return uriEncode(decodeURIComponent(text.replaceAll("+", "%20")));
}

function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** By code point; all characters are ASCII here. */
function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function canonicalValue(values: readonly string[]): string {
  return values.map((value) => value.trim().replace(/ +/g, " ")).join(",");
}
