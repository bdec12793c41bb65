// The worked examples of the S3 API reference, "Signature Calculations for the Authorization Header",
// "Authenticating Requests: Using Query Parameters" and "Transferring Payload in Multiple Chunks".
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import {
  canonicalRequest,
  type RequestToSign,
  sign,
  signingKey,
  stringToSign,
} from "./canonical-request.ts";
import { type ChunkSeed, chunkSignature, trailerSignature } from "./chunk-signature.ts";

const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const timestamp = "20130524T000000Z";
const scope = "20130524/us-east-1/s3/aws4_request";
const sha256 = (text: string | Uint8Array): string =>
  createHash("sha256").update(text).digest("hex");

function request(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
): RequestToSign {
  const [rawPath = "", rawQuery = ""] = url.split("?");
  const all: Record<string, string> = { host: "examplebucket.s3.amazonaws.com", ...headers };
  const header = (name: string) => (all[name] === undefined ? undefined : [all[name]]);
  return { method, rawPath, rawQuery, header };
}

function signatureOf(
  toSign: RequestToSign,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  const canonical = canonicalRequest(toSign, { pathEncoding: "once", signedHeaders, payloadHash });
  return sign(signingKey(secret, scope), stringToSign(timestamp, scope, canonical));
}

const examples = [
  {
    name: "GET object with a range",
    method: "GET",
    url: "/test.txt",
    headers: { range: "bytes=0-9" },
    body: "",
    signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  },
  {
    name: "PUT object whose name needs encoding",
    method: "PUT",
    url: "/test$file.text",
    headers: {
      date: "Fri, 24 May 2013 00:00:00 GMT",
      "x-amz-storage-class": "REDUCED_REDUNDANCY",
    },
    body: "Welcome to Amazon S3.",
    signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
  },
  {
    name: "GET bucket lifecycle: a parameter without a value",
    method: "GET",
    url: "/?lifecycle",
    headers: {},
    body: "",
    signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
  },
  {
    name: "list objects: parameters are sorted",
    method: "GET",
    url: "/?prefix=J&max-keys=2",
    headers: {},
    body: "",
    signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  },
];

for (const { name, method, url, headers, body, signature } of examples) {
  test(`signature of AWS's example: ${name}`, () => {
    const payloadHash = sha256(body);
    const all = { ...headers, "x-amz-content-sha256": payloadHash, "x-amz-date": timestamp };
    const names = ["host", ...Object.keys(all)].toSorted();
    assert.equal(signatureOf(request(method, url, all), names, payloadHash), signature);
  });
}

test("signature of AWS's example: a presigned URL, without its own signature", () => {
  const signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
  const url = `/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=${signature}`;
  assert.equal(signatureOf(request("GET", url, {}), ["host"], "UNSIGNED-PAYLOAD"), signature);
});

const chunkHeaders = {
  "content-encoding": "aws-chunked",
  "content-length": "66824",
  "x-amz-date": timestamp,
  "x-amz-decoded-content-length": "66560",
  "x-amz-storage-class": "REDUCED_REDUNDANCY",
};
const chunks = ["a".repeat(65_536), "a".repeat(1024), ""];

function seedOf(headers: Readonly<Record<string, string>>, payloadHash: string): ChunkSeed {
  const all = { ...headers, host: "s3.amazonaws.com", "x-amz-content-sha256": payloadHash };
  const put = request("PUT", "/examplebucket/chunkObject.txt", all);
  const signature = signatureOf(put, Object.keys(all).toSorted(), payloadHash);
  return { signingKey: signingKey(secret, scope), timestamp, scope, signature };
}

function signChunks(seed: ChunkSeed): string[] {
  const signatures: string[] = [];
  for (const chunk of chunks) {
    signatures.push(chunkSignature(seed, signatures.at(-1) ?? seed.signature, sha256(chunk)));
  }
  return signatures;
}

test("signatures of AWS's example of an upload in chunks", () => {
  const seed = seedOf(chunkHeaders, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
  assert.equal(seed.signature, "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
  assert.deepEqual(signChunks(seed), [
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
  ]);
});

test("signatures of AWS's example of chunks with a trailing checksum", () => {
  const { "content-length": _, ...headers } = chunkHeaders;
  const seed = seedOf(
    { ...headers, "x-amz-trailer": "x-amz-checksum-crc32c" },
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
  );
  assert.equal(seed.signature, "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
  const signatures = signChunks(seed);
  assert.deepEqual(signatures, [
    "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
    "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
    "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
  ]);
  const last = signatures.at(-1) ?? "";
  assert.equal(
    trailerSignature(seed, last, [["x-amz-checksum-crc32c", "sOO8/Q=="]]),
    "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435",
  );
});
