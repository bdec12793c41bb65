import assert from "node:assert/strict";
import { test } from "node:test";
import { RunctlError } from "../errors.ts";
import { awsErrorCode, translateError } from "./translate-error.ts";

/** As the SDK throws it. */
function sdkError(name: string): Error {
  return Object.assign(new Error("no"), { name, $metadata: {} });
}

const translations = {
  UnauthorizedOperation: "PERMISSION_DENIED",
  AccessDeniedException: "PERMISSION_DENIED",
  ExpiredToken: "CREDENTIALS",
  InvalidSignatureException: "CREDENTIALS",
  InsufficientInstanceCapacity: "CAPACITY",
  VcpuLimitExceeded: "QUOTA",
  "InvalidVolume.NotFound": "NOT_FOUND",
  NoSuchEntityException: "NOT_FOUND",
  VolumeInUse: "CONFLICT",
  SomethingElse: "AWS_ERROR",
} as const;
for (const [name, code] of Object.entries(translations)) {
  test(`${name} of AWS is ${code}`, () => {
    const translated = translateError(sdkError(name), "ec2:Something");

    assert.ok(translated instanceof RunctlError);
    assert.equal(translated.code, code);
    assert.equal(translated.message, `ec2:Something: no (${name})`);
    assert.equal(awsErrorCode(translated), name);
  });
}

test("a bucket that does not exist is named, with the way to make it", () => {
  const refused = Object.assign(sdkError("NoSuchBucket"), { BucketName: "my-bukcet" });
  const translated = translateError(refused, "s3:ListBucket");

  assert.ok(translated instanceof RunctlError);
  assert.equal(translated.code, "NOT_FOUND");
  assert.match(translated.message, /^s3:ListBucket: bucket 'my-bukcet' does not exist/);
  assert.match(translated.hint ?? "", /aws s3 mb s3:\/\/my-bukcet /);
});

test("what is neither AWS's nor ours stays as it is: it is a bug", () => {
  const bug = new TypeError("x is undefined");

  assert.equal(translateError(bug, "ec2:Something"), bug);
});
