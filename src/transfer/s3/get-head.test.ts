import assert from "node:assert/strict";
import { test } from "node:test";
import { createGetHead } from "./get-head.ts";
import { requestHead } from "./request-head.ts";
import { createSigner, emptyPayloadHash } from "./sign-request.ts";

const lasting = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret", sessionToken: undefined };
const ofRole = { accessKeyId: "ASIAEXAMPLE", secretAccessKey: "other", sessionToken: "a/token==" };

test("a GET's head that is put together from common pieces is the one that the signer makes", () => {
  const getHead = createGetHead("eu-west-1");
  const sign = createSigner("eu-west-1");
  const start = Date.UTC(2026, 0, 1, 23, 59, 58);
  for (const [path, host, credentials, after] of [
    ["/data/a.bin", "bucket.s3.eu-west-1.amazonaws.com", lasting, 0],
    ["/data/b%20c.bin", "bucket.s3.eu-west-1.amazonaws.com", lasting, 10],
    ["/data/b.bin", "bucket.s3.eu-west-1.amazonaws.com", lasting, 1_000],
    ["/data/b.bin", "bucket.s3.eu-west-1.amazonaws.com", lasting, 3_000],
    ["/data/b.bin", "bucket.s3.eu-west-1.amazonaws.com", ofRole, 3_000],
    ["/bucket/data/b.bin", "127.0.0.1:9000", ofRole, 3_000],
  ] as const) {
    const headers = { host, "if-match": '"0123"', "x-amz-checksum-mode": "ENABLED" };
    const request = { method: "GET", path, query: {}, headers, payloadHash: emptyPayloadHash };
    const wanted = requestHead("GET", path, sign(request, credentials, new Date(start + after)));

    const head = getHead({ path, etag: "0123" }, host, credentials, start + after);

    assert.deepEqual(head.split("\r\n").toSorted(), wanted.split("\r\n").toSorted());
  }
});
