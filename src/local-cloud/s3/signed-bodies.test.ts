import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Agent } from "node:http";
import { Readable } from "node:stream";
import { test } from "node:test";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { startTestCloud } from "../../../test/support/local-cloud.ts";

const Bucket = "runctl-test";

test("signed requests with plain and with chunked bodies are stored as they were sent", async (t) => {
  const { sdkOptions } = await startTestCloud(t);
  const client = new S3Client(sdkOptions);
  t.after(() => client.destroy());
  await client.send(new CreateBucketCommand({ Bucket }));
  const bytes = randomBytes(200_000);
  const bodies = { plain: bytes, chunked: Readable.from([bytes]) };
  for (const [Key, Body] of Object.entries(bodies)) {
    const put = new PutObjectCommand({ Bucket, Key, Body, ContentLength: bytes.length });
    await client.send(put);
    const got = await client.send(new GetObjectCommand({ Bucket, Key }));
    assert.deepEqual(Buffer.from(await got.Body!.transformToByteArray()), bytes);
  }
});

test("a bucket may be named by the host", async (t) => {
  const { sdkOptions, endpoint } = await startTestCloud(t);
  const here = { address: "127.0.0.1", family: 4 };
  // Not every resolver knows the names below localhost.
  const httpAgent = new Agent({
    lookup: (_host, options, done) => {
      if (options.all === true) done(null, [here]);
      else done(null, here.address, here.family);
    },
  });
  const client = new S3Client({
    ...sdkOptions,
    endpoint: endpoint.replace("127.0.0.1", "localhost"),
    forcePathStyle: false,
    requestHandler: { httpAgent },
  });
  t.after(() => client.destroy());
  await client.send(new CreateBucketCommand({ Bucket }));
  await client.send(new PutObjectCommand({ Bucket, Key: "a/b c", Body: "x" }));
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket }));
  assert.deepEqual(
    Contents?.map(({ Key }) => Key),
    ["a/b c"],
  );
});
