import assert from "node:assert/strict";
import { test } from "node:test";
import { startSpoiledBucket, startTestBucket } from "../../test/support/bucket.ts";
import { fetchBytes } from "./fetch-bytes.ts";
import { findObject } from "./find-object.ts";

test("an object in memory: whole, from a byte on, and nothing new", async (t) => {
  const place = await startTestBucket(t);
  await place.put("log", "one\ntwo\n");
  const { aws, bucket } = place;
  const log = { bucket, key: "log" };

  assert.equal((await fetchBytes(aws, log)).toString(), "one\ntwo\n");
  assert.equal((await fetchBytes(aws, log, { from: 4 })).toString(), "two\n");
  assert.equal((await fetchBytes(aws, log, { from: 8 })).length, 0);
  assert.equal((await findObject(aws, log))?.sizeBytes, 8);
});

test("an object that is not there is not found, and has no head", async (t) => {
  const { aws, bucket } = await startTestBucket(t);
  const nothing = { bucket, key: "nothing" };

  await assert.rejects(fetchBytes(aws, nothing), { code: "NOT_FOUND" });
  assert.equal(await findObject(aws, nothing), undefined);
});

test("a bucket of somebody else is refused when the owner is told", async (t) => {
  const place = await startTestBucket(t);
  await place.put("k", "v");
  const { aws, bucket } = place;
  const theirs = { bucket, key: "k", expectedBucketOwner: "999999999999" };

  await assert.rejects(fetchBytes(aws, theirs), { code: "PERMISSION_DENIED" });
  await assert.rejects(findObject(aws, theirs), { code: "PERMISSION_DENIED" });
});

test("wrong bytes of an object in memory are found", async (t) => {
  const place = await startSpoiledBucket(t);
  await place.put("k", "the right bytes");
  place.network.replaceInAnswers("right", "wrong");

  await assert.rejects(fetchBytes(place.aws, { bucket: place.bucket, key: "k" }), {
    code: "VERIFICATION_FAILED",
  });
});
