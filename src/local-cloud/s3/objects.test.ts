import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { test, type TestContext } from "node:test";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { startTestS3, testAccountId, type TestS3Options } from "../../../test/support/s3-server.ts";
import { ApiError } from "../call.ts";

const Bucket = "runctl-test";
const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");

async function withBucket(t: TestContext, options?: TestS3Options) {
  const started = await startTestS3(t, options);
  await started.client.send(new CreateBucketCommand({ Bucket }));
  return started;
}

for (const size of [0, 784, 16_384, 16_385, 3_000_000]) {
  test(`an object of ${size} bytes comes back as it was sent`, async (t) => {
    const { client } = await withBucket(t);
    const Body = randomBytes(size);
    const put = await client.send(new PutObjectCommand({ Bucket, Key: "a b/ü+%.bin", Body }));
    assert.equal(put.ETag, `"${md5(Body)}"`);

    const got = await client.send(new GetObjectCommand({ Bucket, Key: "a b/ü+%.bin" }));
    assert.deepEqual(Buffer.from(await got.Body!.transformToByteArray()), Body);
    assert.equal(got.ContentLength, size);
    assert.equal(got.ChecksumCRC32, put.ChecksumCRC32);
  });
}

test("a streamed body with its checksum in the trailer is stored", async (t) => {
  const { client } = await withBucket(t);
  const bytes = randomBytes(300_000);
  const Body = Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]);
  await client.send(
    new PutObjectCommand({ Bucket, Key: "streamed", Body, ContentLength: bytes.length }),
  );
  const got = await client.send(new GetObjectCommand({ Bucket, Key: "streamed" }));
  assert.deepEqual(Buffer.from(await got.Body!.transformToByteArray()), bytes);
  assert.equal(got.ContentEncoding, undefined);
});

test("content headers and user metadata come back with the object", async (t) => {
  const { client } = await withBucket(t);
  await client.send(
    new PutObjectCommand({
      Bucket,
      Key: "k",
      Body: "x",
      ContentType: "text/plain",
      CacheControl: "no-store",
      ContentEncoding: "zstd",
      Metadata: { color: "green" },
    }),
  );
  const head = await client.send(new HeadObjectCommand({ Bucket, Key: "k" }));
  assert.equal(head.ContentType, "text/plain");
  assert.equal(head.CacheControl, "no-store");
  assert.equal(head.ContentEncoding, "zstd");
  assert.deepEqual(head.Metadata, { color: "green" });
  assert.equal(head.ServerSideEncryption, "AES256");
});

test("a range gives the bytes asked for, and 416 where there are none", async (t) => {
  const { client } = await withBucket(t);
  const Body = randomBytes(1_000_000);
  await client.send(new PutObjectCommand({ Bucket, Key: "k", Body }));
  const read = async (Range: string): Promise<[string | undefined, Buffer]> => {
    const got = await client.send(new GetObjectCommand({ Bucket, Key: "k", Range }));
    return [got.ContentRange, Buffer.from(await got.Body!.transformToByteArray())];
  };
  assert.deepEqual(await read("bytes=10-19"), ["bytes 10-19/1000000", Body.subarray(10, 20)]);
  assert.deepEqual(await read("bytes=-5"), ["bytes 999995-999999/1000000", Body.subarray(-5)]);
  assert.deepEqual(await read("bytes=999990-2000000"), [
    "bytes 999990-999999/1000000",
    Body.subarray(-10),
  ]);
  await assert.rejects(read("bytes=1000000-"), { name: "InvalidRange" });
});

test("conditions on reads are held", async (t) => {
  const { client } = await withBucket(t);
  const { ETag } = await client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
  const get = (conditions: object) =>
    client.send(new GetObjectCommand({ Bucket, Key: "k", ...conditions }));
  const long = { past: new Date("2001-01-01"), ahead: new Date("2101-01-01") };
  await get({ IfMatch: ETag, IfUnmodifiedSince: long.past });
  await get({ IfNoneMatch: '"other"', IfModifiedSince: long.ahead });
  await assert.rejects(get({ IfMatch: '"other"' }), { name: "PreconditionFailed" });
  await assert.rejects(get({ IfUnmodifiedSince: long.past }), { name: "PreconditionFailed" });
  const notModified = { $metadata: { httpStatusCode: 304 } };
  await assert.rejects(get({ IfNoneMatch: ETag }), partial(notModified));
  await assert.rejects(get({ IfModifiedSince: long.ahead }), partial(notModified));
});

test("of many writers who want the key to be new, one wins", async (t) => {
  const { client } = await withBucket(t);
  const bodies = Array.from({ length: 20 }, (_, index) => `body ${index}`);
  const outcomes = await Promise.allSettled(
    bodies.map((Body) =>
      client.send(new PutObjectCommand({ Bucket, Key: "lock", Body, IfNoneMatch: "*" })),
    ),
  );
  const winners = bodies.filter((_, index) => outcomes[index]!.status === "fulfilled");
  assert.equal(winners.length, 1);
  const got = await client.send(new GetObjectCommand({ Bucket, Key: "lock" }));
  assert.equal(await got.Body!.transformToString(), winners[0]);
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") assert.equal(outcome.reason.name, "PreconditionFailed");
  }
});

test("a write that expects an ETag is refused once the object has changed", async (t) => {
  const { client } = await withBucket(t);
  const put = (Body: string, IfMatch?: string) =>
    client.send(new PutObjectCommand({ Bucket, Key: "k", Body, ...(IfMatch ? { IfMatch } : {}) }));
  const { ETag } = await put("first");
  await put("second", ETag);
  await assert.rejects(put("third", ETag), { name: "PreconditionFailed" });
  const missing = { Bucket, Key: "none", Body: "x", IfMatch: ETag };
  await assert.rejects(client.send(new PutObjectCommand(missing)), { name: "NoSuchKey" });
});

test("a body that does not match its checksum is not stored", async (t) => {
  const { client } = await withBucket(t);
  const wrong: Array<[string, object]> = [
    ["BadDigest", { ChecksumCRC32: "AAAAAA==" }],
    ["BadDigest", { ChecksumCRC32C: "AAAAAA==" }],
    ["BadDigest", { ChecksumCRC64NVME: "AAAAAAAAAAA=" }],
    ["BadDigest", { ChecksumSHA1: Buffer.alloc(20).toString("base64") }],
    ["BadDigest", { ChecksumSHA256: Buffer.alloc(32).toString("base64") }],
    ["BadDigest", { ContentMD5: Buffer.alloc(16).toString("base64") }],
    ["InvalidDigest", { ContentMD5: "no" }],
    ["InvalidRequest", { ChecksumCRC32: "no" }],
  ];
  for (const [name, digests] of wrong) {
    const input = { Bucket, Key: "k", Body: "hello", ...digests };
    await assert.rejects(client.send(new PutObjectCommand(input)), { name });
  }
  await assert.rejects(client.send(new HeadObjectCommand({ Bucket, Key: "k" })), {
    name: "NotFound",
  });
});

test("without a checksum from the client S3 computes CRC64NVME", async (t) => {
  const { client } = await withBucket(t, {
    client: { requestChecksumCalculation: "WHEN_REQUIRED" },
  });
  await client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "123456789" }));
  const input = { Bucket, Key: "k", ChecksumMode: "ENABLED" } as const;
  const head = await client.send(new HeadObjectCommand(input));
  assert.equal(head.ChecksumCRC64NVME, "rosUhgp5mIg=");
  assert.equal(head.ChecksumType, "FULL_OBJECT");
});

test("deleted objects are gone, and deleting them again is no error", async (t) => {
  const { client, s3 } = await withBucket(t);
  for (const Key of ["a", "b", "c"]) {
    await client.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
  }
  await client.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
  await client.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
  const Delete = { Objects: [{ Key: "b" }, { Key: "c" }, { Key: "never" }] };
  const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket, Delete }));
  assert.deepEqual(
    Deleted?.map(({ Key }) => Key),
    ["b", "c", "never"],
  );
  assert.equal(s3.counts().objects, 0);
});

test("a missing key is NoSuchKey to who may list the bucket, AccessDenied to others", async (t) => {
  let mayList = true;
  const { client } = await withBucket(t, {
    authorize: (checks) => {
      if (mayList || checks.every(({ action }) => action !== "s3:ListBucket")) return;
      throw new ApiError("AccessDenied", "Access Denied", 403);
    },
  });
  const get = () => client.send(new GetObjectCommand({ Bucket, Key: "none" }));
  await assert.rejects(get(), { name: "NoSuchKey" });
  mayList = false;
  await assert.rejects(get(), { name: "AccessDenied" });
});

test("a bucket of another owner than expected is AccessDenied", async (t) => {
  const { client } = await withBucket(t);
  const put = (ExpectedBucketOwner: string) =>
    client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x", ExpectedBucketOwner }));
  await put(testAccountId);
  await assert.rejects(put("999999999999"), { name: "AccessDenied" });
});

test("what is not there is refused, not ignored", async (t) => {
  const { endpoint } = await withBucket(t);
  const response = await fetch(`${endpoint}/${Bucket}/k?acl`, { method: "PUT", body: "x" });
  assert.equal(response.status, 501);
  assert.match(await response.text(), /<Code>NotImplemented<\/Code>.*<RequestId>/u);
});

function partial(expected: { $metadata: { httpStatusCode: number } }) {
  return (error: unknown): boolean => {
    const { $metadata } = error as typeof expected;
    assert.equal($metadata.httpStatusCode, expected.$metadata.httpStatusCode);
    return true;
  };
}
