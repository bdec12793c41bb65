import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { startTestBucket } from "../../test/support/bucket.ts";
import { compareKeys } from "./key-order.ts";
import { listObjects } from "./list-objects.ts";

test("a small listing has every key as it is, also those that XML and URLs change", async (t) => {
  const place = await startTestBucket(t);
  const { aws, bucket } = place;
  const keys = [
    "p/a b+c",
    "p/%41",
    "p/<&>\"'",
    "p/\u{1}\n\t",
    "p/ü/日本/😀",
    "p/\uFFFD",
    "p/~!*()",
  ];
  for (const key of keys) await place.put(key, key);
  await place.put("other", "");

  const found = [];
  for await (const object of listObjects(aws, { bucket, prefix: "p/" })) found.push(object);

  assert.deepEqual(
    found.map(({ key }) => key),
    keys.toSorted(compareKeys),
  );
  for (const { key, sizeBytes, etag, modifiedMs } of found) {
    assert.equal(sizeBytes, Buffer.byteLength(key));
    assert.match(etag, /^[0-9a-f]{32}$/);
    assert.ok(Math.abs(modifiedMs - Date.now()) < 60_000);
  }
});

test("S3's order is that of the bytes of the keys", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (a, b) => {
      const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
      assert.equal(Math.sign(compareKeys(a, b)), bytes);
    }),
  );
  assert.ok(compareKeys("\u{1F600}", "\uFFFD") > 0);
});
