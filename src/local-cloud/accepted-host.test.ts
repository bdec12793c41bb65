import assert from "node:assert/strict";
import { test } from "node:test";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { startTestCloud } from "../../test/support/local-cloud.ts";
import { send, signRequest } from "../../test/support/raw-request.ts";
import { acceptHost } from "./accepted-host.ts";

const refused = undefined;
const noBucket = { bucket: undefined };

for (const [host, expected] of [
  ["127.0.0.1:4566", noBucket],
  ["localhost:4566", noBucket],
  ["LOCALHOST:4566", noBucket],
  ["[::1]:4566", noBucket],
  ["s3.localhost:4566", noBucket],
  ["s3.us-east-1.localhost:4566", noBucket],
  ["data.localhost:4566", { bucket: "data" }],
  ["data.s3.localhost:4566", { bucket: "data" }],
  ["da.ta.s3.us-east-1.localhost:4566", { bucket: "da.ta" }],
  ["evil.example:4566", refused],
  ["localhost.evil.example:4566", refused],
  ["127.0.0.1:80", refused],
  ["localhost", refused],
  ["169.254.170.23:4566", refused],
  [undefined, refused],
] as const) {
  test(`host ${host} ${expected ? "is accepted" : "is refused"}`, () => {
    assert.deepEqual(acceptHost(host, { port: 4566, region: "us-east-1" }), expected);
  });
}

test("a guest finds AWS under the guest endpoint", () => {
  const options = { port: 4566, region: "us-east-1", guestEndpoint: "169.254.170.23:4566" };
  assert.deepEqual(acceptHost("169.254.170.23:4566", options), noBucket);
});

test("a page of the web that reaches for the port is refused; a bucket's own name is not", async (t) => {
  const { sdkOptions, endpoint } = await startTestCloud(t);
  await new S3Client(sdkOptions).send(new CreateBucketCommand({ Bucket: "data" }));
  const ask = async (name: string) => {
    const host = `${name}:${new URL(endpoint).port}`;
    const headers = { host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
    return send(endpoint, await signRequest(sdkOptions, { method: "GET", path: "/", headers }));
  };
  assert.equal((await ask("evil.example")).status, 403);
  const listing = await ask("data.s3.localhost");
  assert.equal(listing.status, 200);
  assert.match(listing.body, /<ListBucketResult.*<Name>data<\/Name>/);
});
