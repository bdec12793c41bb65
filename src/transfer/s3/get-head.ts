import { hash } from "node:crypto";
import type { Credentials } from "../../aws/renewing-credentials.ts";
import { type AsciiHmac, asciiHmac } from "./hmac-sha256.ts";
import { emptyPayloadHash, signingKey } from "./sign-request.ts";

/** What differs from one GET of a whole object to the next; all of it ASCII. */
interface ObjectToGet {
  /** Encoded, with its leading slash. */
  path: string;
  /** Without quotes. */
  etag: string;
}

/** All of a request but path, ETag and signature. */
interface Frame {
  second: number;
  credentials: Credentials;
  host: string;
  key: AsciiHmac;
  beforeEtag: string;
  afterEtag: string;
  toSign: string;
  afterPath: string;
  beforeSignature: string;
}

/** Makes the head of a signed GET of exactly one version of an object. */
export type GetHead = (
  object: ObjectToGet,
  host: string,
  credentials: Credentials,
  nowMs: number,
) => string;

/**
 * As `createSigner` signs it, for very many small objects: what they have in common is put together once a second,
 * which leaves two texts and three hashes for each.
 */
export function createGetHead(region: string): GetHead {
  let frame: Frame | undefined;
  return ({ path, etag }, host, credentials, nowMs) => {
    const second = Math.floor(nowMs / 1000);
    if (frame?.second !== second || frame.credentials !== credentials || frame.host !== host) {
      frame = createFrame(region, second, { credentials, host, before: frame });
    }
    const { beforeEtag, afterEtag, toSign, afterPath, beforeSignature, key } = frame;
    const canonical = `GET\n${path}${beforeEtag}${etag}${afterEtag}`;
    const signature = key(toSign + hash("sha256", canonical));
    return `GET ${path}${afterPath}${etag}${beforeSignature}${signature}\r\n\r\n`;
  };
}

function createFrame(
  region: string,
  second: number,
  {
    credentials,
    host,
    before,
  }: { credentials: Credentials; host: string; before?: Frame | undefined },
): Frame {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const time = new Date(second * 1000).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const day = time.slice(0, 8);
  const scope = `${day}/${region}/s3/aws4_request`;
  const isSameKey = before?.credentials === credentials && before.toSign.includes(`\n${scope}\n`);
  const token = sessionToken ? [["x-amz-security-token", sessionToken]] : [];
  // In the order of their names, as the signature wants them.
  const others = [
    ["x-amz-checksum-mode", "ENABLED"],
    ["x-amz-content-sha256", emptyPayloadHash],
    ["x-amz-date", time],
    ...token,
  ];
  const names = ["host", "if-match", ...others.map(([name]) => name)].join(";");
  const lines = (between: string, end: string) =>
    others.map(([name, value]) => `${name}${between}${value}${end}`).join("");
  return {
    second,
    credentials,
    host,
    key: isSameKey ? before.key : asciiHmac(signingKey(secretAccessKey, day, region)),
    beforeEtag: `\n\nhost:${host}\nif-match:"`,
    afterEtag: `"\n${lines(":", "\n")}\n${names}\n${emptyPayloadHash}`,
    toSign: `AWS4-HMAC-SHA256\n${time}\n${scope}\n`,
    afterPath: ` HTTP/1.1\r\nhost: ${host}\r\nif-match: "`,
    beforeSignature: `"\r\n${lines(": ", "\r\n")}authorization: AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=`,
  };
}
