import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeletePublicAccessBlockCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import { startTestS3 } from "../../../test/support/s3-server.ts";

const Bucket = "runctl-test";

test("a bucket is made once, listed, and deleted only when it is empty", async (t) => {
  const { client } = await startTestS3(t);
  await client.send(new CreateBucketCommand({ Bucket }));
  await client.send(new CreateBucketCommand({ Bucket }));
  const { Buckets } = await client.send(new ListBucketsCommand({}));
  assert.deepEqual(
    Buckets?.map(({ Name }) => Name),
    [Bucket],
  );
  const head = await client.send(new HeadBucketCommand({ Bucket }));
  assert.equal(head.BucketRegion, "us-east-1");

  await client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
  const remove = () => client.send(new DeleteBucketCommand({ Bucket }));
  await assert.rejects(remove(), { name: "BucketNotEmpty" });
  await client.send(new DeleteObjectCommand({ Bucket, Key: "k" }));
  await remove();
  await assert.rejects(client.send(new HeadBucketCommand({ Bucket })), { name: "NotFound" });
});

test("names that S3 does not take are refused", async (t) => {
  const { client } = await startTestS3(t);
  for (const name of ["ab", "Upper", "a..b", "10.0.0.1", "-a-", "xn--abc", "under_score"]) {
    const create = new CreateBucketCommand({ Bucket: name });
    await assert.rejects(client.send(create), { name: "InvalidBucketName" });
  }
});

test("what hangs on a bucket is stored and returned", async (t) => {
  const { client } = await startTestS3(t);
  await client.send(new CreateBucketCommand({ Bucket }));
  const lifecycle = new GetBucketLifecycleConfigurationCommand({ Bucket });
  await assert.rejects(client.send(lifecycle), { name: "NoSuchLifecycleConfiguration" });
  await assert.rejects(client.send(new GetBucketPolicyCommand({ Bucket })), {
    name: "NoSuchBucketPolicy",
  });
  const Rules = [
    {
      ID: "parts",
      Status: "Enabled" as const,
      Filter: { Prefix: "" },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    },
  ];
  const LifecycleConfiguration = { Rules };
  await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
  assert.deepEqual((await client.send(lifecycle)).Rules, Rules);

  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  await client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  assert.equal((await client.send(new GetBucketPolicyCommand({ Bucket }))).Policy, Policy);
  const status = await client.send(new GetBucketPolicyStatusCommand({ Bucket }));
  assert.equal(status.PolicyStatus?.IsPublic, false);
  const malformed = new PutBucketPolicyCommand({ Bucket, Policy: "no" });
  await assert.rejects(client.send(malformed), { name: "MalformedPolicy" });
});

test("a new bucket blocks public access until that is changed", async (t) => {
  const { client } = await startTestS3(t);
  await client.send(new CreateBucketCommand({ Bucket }));
  const get = async () => {
    const told = await client.send(new GetPublicAccessBlockCommand({ Bucket }));
    return told.PublicAccessBlockConfiguration;
  };
  assert.equal((await get())?.BlockPublicPolicy, true);
  const PublicAccessBlockConfiguration = { BlockPublicAcls: true, BlockPublicPolicy: false };
  await client.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
  assert.deepEqual(await get(), PublicAccessBlockConfiguration);
  await client.send(new DeletePublicAccessBlockCommand({ Bucket }));
  await assert.rejects(get(), { name: "NoSuchPublicAccessBlockConfiguration" });
});

test("a bucket has a region and no versions", async (t) => {
  const { client } = await startTestS3(t);
  await client.send(new CreateBucketCommand({ Bucket }));
  const location = await client.send(new GetBucketLocationCommand({ Bucket }));
  assert.equal(location.LocationConstraint, undefined);
  const versioning = await client.send(new GetBucketVersioningCommand({ Bucket }));
  assert.equal(versioning.Status, undefined);
});
