import assert from "node:assert/strict";
import { test } from "node:test";
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
