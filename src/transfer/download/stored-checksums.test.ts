import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import {
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { headObject } from "../../../test/support/s3-objects.ts";
import { type TestBucket, startTestBucket } from "../../../test/support/bucket.ts";
import { downloadObject } from "../download-object.ts";

const MiB = 1024 * 1024;

async function download({ aws, bucket, directory }: TestBucket, key: string) {
  const head = await headObject(aws, { bucket, key });
  assert.ok(head);
  const path = join(directory, key);
  const { checksum, compared } = await downloadObject(aws, { bucket, key, ...head }, path);
  return { bytes: await readFile(path), checksum, compared };
}

const algorithms = ["CRC64NVME", "CRC32C", "CRC32", "SHA256", "SHA1"] as const;

test("each checksum that S3 may have stored is compared, of small and of large objects", async (t) => {
  const place = await startTestBucket(t);
  const s3 = new S3Client(place.cloud.sdkOptions);
  for (const algorithm of algorithms) {
    for (const size of [1_000, 2 * MiB]) {
      const Key = `${algorithm}-${size}`;
      const Body = randomBytes(size);
      await s3.send(
        new PutObjectCommand({ Bucket: place.bucket, Key, Body, ChecksumAlgorithm: algorithm }),
      );

      const got = await download(place, Key);

      assert.equal(got.checksum?.algorithm, algorithm);
      assert.equal(got.checksum?.parts, undefined);
      assert.ok(got.bytes.equals(Body), Key);
    }
  }
});

test("the composite checksum of parts of several sizes is compared", async (t) => {
  const place = await startTestBucket(t);
  const s3 = new S3Client(place.cloud.sdkOptions);
  for (const [Key, sizes] of [
    ["equal", [5, 5, 5, 1]],
    ["unequal", [5, 7, 6, 1]],
    // The first, the middle and the last part are those of five equal ones.
    ["misleading", [5.5, 6, 5.5, 5, 0.1]],
    ["empty last", [5, 0]],
    ["single", [0.1]],
  ] as const) {
    const address = { Bucket: place.bucket, Key };
    const begun = await s3.send(
      new CreateMultipartUploadCommand({ ...address, ChecksumAlgorithm: "SHA256" }),
    );
    const target = { ...address, UploadId: begun.UploadId };
    const parts: CompletedPart[] = [];
    const bodies = sizes.map((size) => randomBytes(Math.floor(size * MiB)));
    for (const [index, Body] of bodies.entries()) {
      const PartNumber = index + 1;
      const { ETag, ChecksumSHA256 } = await s3.send(
        new UploadPartCommand({ ...target, PartNumber, Body, ChecksumAlgorithm: "SHA256" }),
      );
      parts.push({ PartNumber, ETag, ChecksumSHA256 });
    }
    await s3.send(
      new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts: parts } }),
    );

    const got = await download(place, Key);

    assert.deepEqual([got.compared?.algorithm, got.compared?.parts], ["SHA256", sizes.length]);
    assert.ok(got.bytes.equals(Buffer.concat(bodies)), Key);
  }
});
