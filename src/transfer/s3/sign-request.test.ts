import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { asciiHmac } from "./hmac-sha256.ts";
import { createSigner, emptyPayloadHash, encodeKey } from "./sign-request.ts";

test("the example of the S3 API Reference gets the signature that stands there", () => {
  const headers = createSigner("us-east-1")(
    {
      method: "GET",
      path: "/test.txt",
      query: {},
      headers: { host: "examplebucket.s3.amazonaws.com", range: "bytes=0-9" },
      payloadHash: emptyPayloadHash,
    },
    {
      accessKeyId: "AKIAIOSFODNN7EXAMPLE",
      secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
      sessionToken: undefined,
    },
    new Date("2013-05-24T00:00:00Z"),
  );

  assert.match(
    headers["authorization"] ?? "",
    /Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41$/,
  );
});

test("a session token is sent and signed", () => {
  const headers = createSigner("eu-west-1")(
    { method: "GET", path: "/k", query: {}, headers: { host: "h" }, payloadHash: emptyPayloadHash },
    { accessKeyId: "A", secretAccessKey: "s", sessionToken: "token" },
    new Date(),
  );

  assert.equal(headers["x-amz-security-token"], "token");
  assert.match(headers["authorization"] ?? "", /SignedHeaders=[^,]*x-amz-security-token/);
});

test("a key is encoded once, its slashes and dots stay", () => {
  assert.equal(encodeKey("a b/../c+%20!'()*/ü"), "a%20b/../c%2B%2520%21%27%28%29%2A/%C3%BC");
});

test("a value is signed with single spaces", () => {
  const now = new Date("2026-11-23T12:00:00Z");
  const credentials = { accessKeyId: "A", secretAccessKey: "s", sessionToken: undefined };
  const signatureOf = (value: string) =>
    createSigner("eu-west-1")(
      {
        method: "PUT",
        path: "/k",
        query: {},
        headers: { host: "h", "x-amz-meta-a": value },
        payloadHash: emptyPayloadHash,
      },
      credentials,
      now,
    )["authorization"];

  assert.equal(signatureOf("  a   b "), signatureOf("a b"));
  assert.notEqual(signatureOf("ab"), signatureOf("a b"));
});

test("the HMAC over kept hashes is the one of node:crypto, for texts of any length", () => {
  const key = Buffer.from("0123456789abcdef0123456789abcdef");
  const hmac = asciiHmac(key);
  for (const length of [0, 1, 64, 300, 511, 512, 513, 5_000, 3]) {
    const text = "x".repeat(length);
    assert.equal(hmac(text), createHmac("sha256", key).update(text).digest("hex"));
  }
});
