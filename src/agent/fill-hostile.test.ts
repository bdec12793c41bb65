import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { deleteObject } from "../../test/support/s3-objects.ts";
import { type TestBucket, startTestBucket } from "../../test/support/bucket.ts";
import { fillVolume } from "./fill-volume.ts";

const fill = ({ aws, bucket }: TestBucket, directory: string) =>
  fillVolume({ aws, source: `s3://${bucket}/p/`, directory, report: () => undefined });

test("a fill writes through no symbolic link that somebody left in .runctl", async (t) => {
  const place = await startTestBucket(t);
  const outside = join(place.directory, "passwd");
  writeFileSync(outside, "root:x:0:0");
  await place.put("p/a", "a");

  for (const name of ["manifest.new", "journal.new", "journal", "manifest"]) {
    const volume = join(place.directory, `volume-${name}`);
    mkdirSync(join(volume, ".runctl"), { recursive: true });
    symlinkSync(outside, join(volume, ".runctl", name));
    const filling = fill(place, volume);
    if (name.endsWith(".new")) assert.equal((await filling).verified, 1);
    else await assert.rejects(filling, { code: "CONFLICT" });
  }
  const volume = join(place.directory, "linked");
  mkdirSync(volume);
  symlinkSync(place.directory, join(volume, ".runctl"));
  await assert.rejects(fill(place, volume), { code: "CONFLICT" });

  assert.equal(readFileSync(outside, "utf8"), "root:x:0:0");
});

test("a key with a line separator of Unicode is filled like others", async (t) => {
  const place = await startTestBucket(t);
  await place.put("p/a\u2028b\u2029c", "a");

  assert.equal((await fill(place, join(place.directory, "volume"))).verified, 1);
});

test("a fill keeps a directory that became empty and that S3 has a marker for", async (t) => {
  const place = await startTestBucket(t);
  const volume = join(place.directory, "volume");
  for (const key of ["p/d/", "p/d/x", "p/e/x", "p/z"]) {
    await place.put(key, key.endsWith("/") ? "" : "x");
  }
  await fill(place, volume);
  for (const key of ["p/d/x", "p/e/x"]) {
    await deleteObject(place.aws, { bucket: place.bucket, key });
  }

  await fill(place, volume);

  assert.deepEqual(readdirSync(volume).toSorted(), [".runctl", "d", "z"]);
  assert.ok(!existsSync(join(volume, "d/x")));
});
