import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { getBytes, headObject } from "../../test/support/s3-objects.ts";
import { startTestBucket } from "../../test/support/bucket.ts";
import { uploadBytes } from "./upload-bytes.ts";
import { uploadSingle } from "./upload-single.ts";

test("a single file goes to its key unless it is there, or nothing may be replaced", async (t) => {
  const { aws, bucket, directory } = await startTestBucket(t);
  const path = join(directory, "file");
  const place = { bucket, key: "k", compress: false };
  writeFileSync(path, "one");

  const first = await uploadSingle(aws, path, place);
  const again = await uploadSingle(aws, path, place);
  writeFileSync(path, "two");
  const kept = await uploadSingle(aws, path, place, { ifNoneMatch: true });
  const stored = Buffer.from(await getBytes(aws, { bucket, key: "k" })).toString();
  const replaced = await uploadSingle(aws, path, place);

  assert.deepEqual([first.moved, again.moved, kept.moved, replaced.moved], [1, 0, 0, 1]);
  assert.equal(stored, "one");
});

test("a single file that shrinks goes to its key with .zst", async (t) => {
  const { aws, bucket, directory } = await startTestBucket(t);
  const path = join(directory, "file");
  writeFileSync(path, "text ".repeat(1000));

  const { bytes, key } = await uploadSingle(aws, path, { bucket, key: "k", compress: true });

  assert.deepEqual([bytes, key], [5000, "k.zst"]);
  assert.ok(await headObject(aws, { bucket, key: "k.zst" }));
});

test("a single file that is stored as it is now replaces the .zst that was made of it", async (t) => {
  const { aws, bucket, directory, ...place } = await startTestBucket(t);
  const path = join(directory, "file");
  writeFileSync(path, "text ".repeat(1000));
  await place.put("foreign.zst", "made by somebody else");
  for (const compress of [true, false]) {
    await uploadSingle(aws, path, { bucket, key: "k", compress });
    await uploadSingle(aws, path, { bucket, key: "foreign", compress });
  }

  assert.ok(await headObject(aws, { bucket, key: "k" }));
  assert.equal(await headObject(aws, { bucket, key: "k.zst" }), undefined);
  assert.ok(await headObject(aws, { bucket, key: "foreign.zst" }));
});

test("bytes in memory are put once where nothing may be replaced, and never into another's bucket", async (t) => {
  const { aws, bucket } = await startTestBucket(t);
  const place = { bucket, key: "k" };
  const put = (options: object) => uploadBytes(aws, place, Buffer.from("x"), options);

  assert.equal(await put({ ifNoneMatch: true }), "created");
  assert.equal(await put({ ifNoneMatch: true }), "kept");
  await assert.rejects(put({ expectedBucketOwner: "999999999999" }), { code: "PERMISSION_DENIED" });
});

test("a bucket that is not there is named, with the way to make it", async (t) => {
  const { aws, directory } = await startTestBucket(t);
  const path = join(directory, "file");
  writeFileSync(path, "x");
  const place = { bucket: "my-bukcet", key: "k", compress: false };

  await assert.rejects(uploadSingle(aws, path, place), {
    code: "NOT_FOUND",
    message: /bucket 'my-bukcet' does not exist \(NoSuchBucket\)$/,
    hint: /aws s3 mb s3:\/\/my-bukcet /,
  });
});
