import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import { chunkSignature, trailerSignature } from "../../signature/chunk-signature.ts";
import { decodeAwsChunked, type Trailers } from "./aws-chunked.ts";

/** Of the example in the S3 API reference, "Transferring payload in multiple chunks". */
const seed = {
  signingKey: signingKey("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
  timestamp: "20130524T000000Z",
  scope: "20130524/us-east-1/s3/aws4_request",
  signature: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
};

function signingKey(secret: string): Buffer {
  const steps = ["20130524", "us-east-1", "s3", "aws4_request"];
  return steps.reduce(
    (key, step) => createHmac("sha256", key).update(step).digest(),
    Buffer.from(`AWS4${secret}`),
  );
}

const documented = [
  [65_536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"],
  [1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"],
  [0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"],
] as const;

function documentedBody(signatures: readonly string[]): Buffer {
  const chunks = documented.map(([size], index) => {
    const header = `${size.toString(16)};chunk-signature=${signatures[index]}\r\n`;
    return `${header}${"a".repeat(size)}\r\n`;
  });
  return Buffer.from(chunks.join(""));
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

async function* inPieces(body: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
}

async function decode(body: Buffer, size: number, signed: boolean, trailers: Trailers = new Map()) {
  const decoded: Buffer[] = [];
  const bytes = decodeAwsChunked(inPieces(body, size), trailers, signed ? seed : undefined);
  for await (const piece of bytes) decoded.push(Buffer.from(piece));
  return Buffer.concat(decoded);
}

test("the documented example of signed chunks is accepted, wherever it is cut", async () => {
  const body = documentedBody(documented.map(([, signature]) => signature));
  for (const size of [1000, 65_621, body.length]) {
    assert.equal((await decode(body, size, true)).toString(), "a".repeat(66_560));
  }
});

test("a wrong signature of any chunk is refused", async () => {
  for (const wrong of documented.keys()) {
    const signatures = documented.map(([, signature], index) =>
      index === wrong ? "0".repeat(64) : signature,
    );
    await assert.rejects(decode(documentedBody(signatures), 65_536, true), {
      code: "SignatureDoesNotMatch",
    });
  }
});

test("a chunk without a signature is refused where chunks are signed", async () => {
  await assert.rejects(decode(Buffer.from("1\r\na\r\n0\r\n\r\n"), 100, true), {
    code: "SignatureDoesNotMatch",
  });
});

test("trailers are signed too", async () => {
  const first = chunkSignature(seed, seed.signature, sha256("abc"));
  const last = chunkSignature(seed, first, sha256(""));
  const trailer = ["x-amz-checksum-crc32", "NSRBwg=="] as const;
  const right = trailerSignature(seed, last, [trailer]);
  const body = (signature: string): Buffer =>
    Buffer.from(
      `3;chunk-signature=${first}\r\nabc\r\n0;chunk-signature=${last}\r\n` +
        `${trailer.join(":")}\r\nx-amz-trailer-signature:${signature}\r\n\r\n`,
    );
  const trailers: Trailers = new Map();
  assert.equal((await decode(body(right), 10, true, trailers)).toString(), "abc");
  assert.equal(trailers.get("x-amz-checksum-crc32"), "NSRBwg==");
  await assert.rejects(decode(body("0".repeat(64)), 10, true), { code: "SignatureDoesNotMatch" });
});

test("any bytes in any chunks come out whole", async () => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(chunks, fc.integer({ min: 1, max: 40 }), async (sent, size) => {
      const framed = sent.flatMap((chunk) => [
        Buffer.from(`${chunk.length.toString(16)}\r\n`),
        chunk,
        Buffer.from("\r\n"),
      ]);
      const body = Buffer.concat([...framed, Buffer.from("0\r\nx-amz-meta:1\r\n\r\n")]);
      const trailers: Trailers = new Map();
      assert.deepEqual(await decode(body, size, false, trailers), Buffer.concat(sent));
      assert.equal(trailers.get("x-amz-meta"), "1");
      await assert.rejects(decode(body.subarray(0, -3), size, false), { code: "IncompleteBody" });
    }),
  );
});
