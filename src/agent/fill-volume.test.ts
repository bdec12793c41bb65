import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { open, readFile, readdir, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { deleteObject } from "../../test/support/s3-objects.ts";
import { manifestPath } from "../manifest.ts";
import { uploadBytes } from "../transfer/upload-bytes.ts";
import { type TestBucket, startTestBucket } from "../../test/support/bucket.ts";
import { findWrongFiles } from "./fill-verify.ts";
import { openManifest } from "./fill-manifest.ts";
import { fillVolume } from "./fill-volume.ts";

const largeBytes = 20 * 1024 * 1024 + 1;

async function fill({ aws, bucket, directory }: TestBucket, more: { signal?: AbortSignal } = {}) {
  const source = `s3://${bucket}/data`;
  return fillVolume({ aws, source, directory, report: () => undefined, retryMs: 5_000, ...more });
}

async function putDataset(place: TestBucket): Promise<Buffer> {
  for (let index = 0; index < 20; index += 1) await place.put(`data/digits/${index}`, `${index}`);
  await place.put("data/empty", "");
  const large = randomBytes(largeBytes);
  await uploadBytes(place.aws, { bucket: place.bucket, key: "data/large" }, large);
  return large;
}

test("a volume is filled, every file read back, and a second fill moves nothing and says the same", async (t) => {
  const place = await startTestBucket(t);
  const large = await putDataset(place);

  const first = await fill(place);
  const second = await fill(place);

  assert.deepEqual([first.objects, first.moved, first.verified], [22, 22, 22]);
  assert.deepEqual([second.objects, second.moved, second.verified], [22, 0, 22]);
  assert.equal(second.manifestHash, first.manifestHash);
  assert.ok((await readFile(join(place.directory, "large"))).equals(large));
  assert.deepEqual(await readdir(join(place.directory, ".runctl")), ["manifest"]);
});

test("a later fill moves what changed in S3 and removes only what runctl had put there", async (t) => {
  const place = await startTestBucket(t);
  await putDataset(place);
  const before = await fill(place);
  await place.put("data/digits/3", "three");
  for (const name of ["4", "5"]) {
    await deleteObject(place.aws, { bucket: place.bucket, key: `data/digits/${name}` });
  }
  await writeFile(join(place.directory, "digits/own-notes"), "the user's");
  await writeFile(join(place.directory, "digits/5"), "the user's own five");

  const after = await fill(place);

  assert.deepEqual([after.objects, after.moved, after.removed], [20, 1, 1]);
  assert.notEqual(after.manifestHash, before.manifestHash);
  const names = await readdir(join(place.directory, "digits"));
  assert.ok(!names.includes("4") && names.includes("own-notes") && names.includes("5"));
  assert.equal(await readFile(join(place.directory, "digits/3"), "utf8"), "three");
});

test("a file that became a directory in S3 is replaced in one fill", async (t) => {
  const place = await startTestBucket(t);
  await place.put("data/a", "file");
  await place.put("data/b/c", "below");
  await fill(place);
  for (const key of ["data/a", "data/b/c"]) {
    await deleteObject(place.aws, { bucket: place.bucket, key });
  }
  await place.put("data/a/x", "below");
  await place.put("data/b", "file");

  const after = await fill(place);

  assert.deepEqual(after.refused, []);
  assert.equal(after.objects, 2);
  assert.equal(await readFile(join(place.directory, "b"), "utf8"), "file");
});

test("a byte that is wrong on the disk is found although size and time are right, and fetched again", async (t) => {
  const place = await startTestBucket(t);
  const large = await putDataset(place);
  await fill(place);
  const path = join(place.directory, "large");
  const { atime, mtime } = await stat(path);
  const file = await open(path, "r+");
  await file.write(Buffer.from([large[largeBytes - 1]! ^ 1]), 0, 1, largeBytes - 1);
  await file.close();
  await utimes(path, atime, mtime);
  const { notes } = await openManifest(place.directory);
  t.after(() => notes.close());

  const wrong = await findWrongFiles(place.directory, notes.left());
  assert.deepEqual(
    wrong.map((one) => one.path),
    ["large"],
  );

  await fill(place);
  assert.ok((await readFile(path)).equals(large));
});

test("interrupted, it says so and leaves no manifest; the next fill moves only the rest", async (t) => {
  const place = await startTestBucket(t);
  await putDataset(place);
  const controller = new AbortController();
  const { aws, bucket, directory } = place;
  let there = 0;
  const interrupted = fillVolume({
    aws,
    source: `s3://${bucket}/data/`,
    directory,
    report: () => undefined,
    parallel: 2,
    signal: controller.signal,
    onProgress: ({ objects }) => {
      there = objects;
      if (objects === 10) controller.abort();
    },
  });

  await assert.rejects(interrupted, { code: "INTERRUPTED", hint: /same command again/ });
  await assert.rejects(readFile(join(directory, manifestPath)), { code: "ENOENT" });
  const after = await fill(place);

  assert.ok(there >= 10 && after.moved <= 22 - there, `${after.moved} moved after ${there}`);
  assert.equal(after.verified, 22);
});

test("another source, or one that is empty, changes nothing on a filled volume", async (t) => {
  const place = await startTestBucket(t);
  const { aws, bucket, directory } = place;
  await putDataset(place);
  await place.put("other/x", "x");
  await fill(place);
  const before = await readdir(directory, { recursive: true });
  const fillFrom = (prefix: string) =>
    fillVolume({ aws, source: `s3://${bucket}/${prefix}`, directory, report: () => undefined });

  await assert.rejects(fillFrom("other/"), { code: "CONFLICT", message: /data\// });
  for (const path of before.filter((name) => /^(digits\/|empty|large)/.test(name))) {
    await deleteObject(aws, { bucket, key: `data/${path}` });
  }
  await assert.rejects(fillFrom("data/"), { code: "NOT_FOUND" });

  const after = await readdir(directory, { recursive: true });
  assert.deepEqual(withoutOwn(after), withoutOwn(before));
});

const withoutOwn = (names: string[]) =>
  names.filter((name) => !name.startsWith(".runctl")).toSorted();
