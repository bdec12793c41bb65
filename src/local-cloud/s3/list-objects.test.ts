import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import {
  CreateBucketCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { startTestS3, testAccountId } from "../../../test/support/s3-server.ts";

const Bucket = "runctl-test";

async function withKeys(t: TestContext, keys: readonly string[]) {
  const { client } = await startTestS3(t);
  await client.send(new CreateBucketCommand({ Bucket }));
  await Promise.all(
    keys.map((Key) => client.send(new PutObjectCommand({ Bucket, Key, Body: Key }))),
  );
  return client;
}

test("a listing by folders shows objects and common prefixes", async (t) => {
  const client = await withKeys(t, ["a/1", "a/2", "b", "a/x/3", "c/4"]);
  const top = await client.send(new ListObjectsV2Command({ Bucket, Delimiter: "/" }));
  assert.deepEqual(
    top.Contents?.map(({ Key }) => Key),
    ["b"],
  );
  assert.deepEqual(
    top.CommonPrefixes?.map(({ Prefix }) => Prefix),
    ["a/", "c/"],
  );
  assert.equal(top.KeyCount, 3);
  const below = await client.send(
    new ListObjectsV2Command({ Bucket, Delimiter: "/", Prefix: "a/", FetchOwner: true }),
  );
  assert.deepEqual(
    below.Contents?.map(({ Key, Size }) => [Key, Size]),
    [
      ["a/1", 3],
      ["a/2", 3],
    ],
  );
  assert.equal(below.Contents?.[0]?.Owner?.ID, testAccountId);
  assert.deepEqual(
    below.CommonPrefixes?.map(({ Prefix }) => Prefix),
    ["a/x/"],
  );
});

test("pages follow each other by token, by marker and from a key on", async (t) => {
  const keys = Array.from({ length: 7 }, (_, index) => `k${index}`);
  const client = await withKeys(t, keys);
  const seen: Array<string | undefined> = [];
  for await (const page of paginateListObjectsV2({ client, pageSize: 3 }, { Bucket })) {
    seen.push(...(page.Contents ?? []).map(({ Key }) => Key));
  }
  assert.deepEqual(seen, keys);
  const second = await client.send(new ListObjectsCommand({ Bucket, Marker: "k2", MaxKeys: 2 }));
  assert.deepEqual(
    second.Contents?.map(({ Key }) => Key),
    ["k3", "k4"],
  );
  assert.equal(second.IsTruncated, true);
  const rest = await client.send(new ListObjectsV2Command({ Bucket, StartAfter: "k4" }));
  assert.deepEqual(
    rest.Contents?.map(({ Key }) => Key),
    ["k5", "k6"],
  );
  const none = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 0 }));
  assert.deepEqual([none.KeyCount, none.IsTruncated], [0, false]);
  const wrong = new ListObjectsV2Command({ Bucket, ContinuationToken: "no token" });
  await assert.rejects(client.send(wrong), { name: "InvalidArgument" });
});

test("keys that XML cannot carry are listed with encoding-type=url", async (t) => {
  const Key = "a b&<>\u0001+ü%/x";
  const client = await withKeys(t, [Key]);
  const page = await client.send(new ListObjectsV2Command({ Bucket, EncodingType: "url" }));
  assert.equal(page.Contents?.[0]?.Key, "a+b%26%3C%3E%01%2B%C3%BC%25/x");
});

test("a bucket that is not there is NoSuchBucket", async (t) => {
  const client = await withKeys(t, []);
  const list = new ListObjectsV2Command({ Bucket: "runctl-none" });
  await assert.rejects(client.send(list), { name: "NoSuchBucket" });
});
