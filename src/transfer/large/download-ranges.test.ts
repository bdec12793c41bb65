import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { cp, mkdir, open, readFile, readdir, truncate } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { headObject } from "../../../test/support/s3-objects.ts";
import {
  type TestBucket,
  startSpoiledBucket,
  startTestBucket,
} from "../../../test/support/bucket.ts";
import { downloadObject } from "../download-object.ts";
import { createFlowControl } from "../flow-control.ts";
import { partPath, rangesPath } from "../part-file.ts";
import { s3Client } from "../s3/s3-client.ts";
import { bufferBytes, createBufferPool } from "./buffer-pool.ts";
import { type DiskFile, openDiskFile } from "./disk-file.ts";
import { downloadRanges } from "./download-ranges.ts";
import { usualRangeBytes as rangeBytes } from "./plan-ranges.ts";

/** A whole range, and one with an end that O_DIRECT does not take. */
const sizeBytes = rangeBytes + 2 * bufferBytes + 5;
const bytes = randomBytes(sizeBytes);
bytes.write("GOOD", rangeBytes + 77);

test("an interrupted download goes on in another directory, as on another machine", async (t) => {
  const { place, object, path } = await interrupted(t);
  const there = join(place.directory, "there");
  await mkdir(there);
  await cp(partPath(path), partPath(join(there, "k")));
  await cp(rangesPath(path), rangesPath(join(there, "k")));

  const done = await downloadObject(place.aws, object, join(there, "k"));

  assert.equal(done.movedBytes, sizeBytes - rangeBytes);
  assert.ok((await readFile(join(there, "k"))).equals(bytes));
  assert.deepEqual(await readdir(there), ["k"]);
});

test("a range that the journal claims and the disk does not hold is fetched again", async (t) => {
  const { place, object, path } = await interrupted(t);
  const part = await open(partPath(path), "r+");
  await part.write(Buffer.from([bytes[1_000_000]! ^ 1]), 0, 1, 1_000_000);
  await part.close();

  const done = await downloadObject(place.aws, object, path);

  assert.equal(done.movedBytes, sizeBytes);
  assert.ok((await readFile(path)).equals(bytes));
});

test("a part file that lost its end, or a journal that lost half a line, costs only what is lost", async (t) => {
  const { place, object, path } = await interrupted(t);
  await truncate(partPath(path), rangeBytes);
  const { length } = await readFile(rangesPath(path));

  const cut = await downloadObject(place.aws, object, path);
  assert.equal(cut.movedBytes, sizeBytes - rangeBytes);
  assert.ok((await readFile(path)).equals(bytes));

  const torn = await interrupted(t, place);
  await truncate(rangesPath(torn.path), length - 3);
  const again = await downloadObject(place.aws, torn.object, torn.path);
  assert.equal(again.movedBytes, sizeBytes);
  assert.ok((await readFile(torn.path)).equals(bytes));
});

test("bytes that came wrong are found in the whole, fetched again, and right then", async (t) => {
  const place = await startSpoiledBucket(t);
  const { object } = await putMarked(place);
  const path = join(place.directory, "k");
  place.network.replaceInAnswers("GOOD", "EVIL");
  let arrived = 0;
  const onBytes = (count: number) => {
    arrived += count;
    if (arrived === sizeBytes) place.network.replaceInAnswers("GOOD", "GOOD");
  };

  const done = await downloadObject(place.aws, object, path, { onBytes });

  assert.equal(done.movedBytes, 2 * sizeBytes);
  assert.ok((await readFile(path)).equals(bytes));
});

test("bytes that are wrong twice are refused with what is known of them, and leave no file", async (t) => {
  const place = await startSpoiledBucket(t);
  const { object } = await putMarked(place);
  place.network.replaceInAnswers("GOOD", "EVIL");

  await assert.rejects(downloadObject(place.aws, object, join(place.directory, "k")), {
    code: "VERIFICATION_FAILED",
    message: /k: the bytes that arrived .* twice; both times the same bytes came$/,
  });

  assert.deepEqual(await readdir(place.directory), []);
});

test("reading back finds a write that the disk lost, and has it fetched again", async (t) => {
  const place = await startTestBucket(t);
  const { object } = await putMarked(place);
  const path = join(place.directory, "k");

  assert.equal(
    await throughForgetfulDisk(place, object, path, { verify: true, losses: 1 }),
    "right",
  );
  assert.ok((await readFile(path)).equals(bytes));
  await assert.rejects(throughForgetfulDisk(place, object, path, { verify: true, losses: 2 }), {
    code: "VERIFICATION_FAILED",
  });
  // Shows that the disk of this test forgets.
  await throughForgetfulDisk(place, object, path, { verify: false, losses: 1 });
  assert.ok(!(await readFile(path)).equals(bytes));
});

test("an object whose size has no whole buffer comes with the page cache kept, and read back", async (t) => {
  const place = await startTestBucket(t);
  const { object } = await putMarked(place);
  const path = join(place.directory, "k");

  const done = await downloadObject(place.aws, object, path, { pageCache: "keep", verify: true });

  assert.equal(done.movedBytes, sizeBytes);
  assert.ok((await readFile(path)).equals(bytes));
});

test("without checksums wrong bytes come through, and the result says that nothing was compared", async (t) => {
  const place = await startSpoiledBucket(t);
  const { object } = await putMarked(place);
  const path = join(place.directory, "k");
  place.network.replaceInAnswers("GOOD", "EVIL");

  const { checksum, compared } = await downloadObject(place.aws, object, path, {
    checksums: false,
  });

  assert.deepEqual({ checksum, compared }, { checksum: undefined, compared: undefined });
  const evil = Buffer.from(bytes);
  evil.write("EVIL", rangeBytes + 77);
  assert.ok((await readFile(path)).equals(evil));
});

test("without checksums a download begins anew, and leaves nothing when it is interrupted", async (t) => {
  const { place, object, path } = await interrupted(t);
  const controller = new AbortController();
  const { signal } = controller;
  const onBytes = () => controller.abort(new Error("interrupted again"));

  await assert.rejects(
    downloadObject(place.aws, object, path, { checksums: false, signal, onBytes }),
    { message: "interrupted again" },
  );
  assert.deepEqual(await readdir(dirname(path)), []);

  const left = await interrupted(t, place);
  const done = await downloadObject(place.aws, object, left.path, { checksums: false });
  assert.equal(done.movedBytes, sizeBytes);
  assert.ok((await readFile(path)).equals(bytes));
});

/** An object, and what a download of it left that was interrupted in its second range. */
async function interrupted(t: TestContext, at?: TestBucket) {
  const place = at ?? (await startTestBucket(t));
  const { object } = await putMarked(place);
  const path = join(place.directory, "k");
  const controller = new AbortController();
  let arrived = 0;
  const onBytes = (count: number) => {
    arrived += count;
    if (arrived > rangeBytes) controller.abort(new Error("interrupted"));
  };
  const flow = createFlowControl({ parallel: 1 });
  const { signal } = controller;
  await assert.rejects(downloadObject(place.aws, object, path, { flow, signal, onBytes }), {
    message: "interrupted",
  });
  return { place, object, path };
}

async function putMarked(place: TestBucket) {
  const { aws, bucket } = place;
  const key = "k";
  await place.put(key, bytes);
  const head = await headObject(aws, { bucket, key });
  assert.ok(head);
  return { object: { bucket, key, etag: head.etag, sizeBytes } };
}

/** Downloads to a disk that says it wrote the first buffer, and did not, so many times. */
async function throughForgetfulDisk(
  { aws }: TestBucket,
  object: Awaited<ReturnType<typeof putMarked>>["object"],
  path: string,
  { verify, losses }: { verify: boolean; losses: number },
): Promise<"right"> {
  const real = await openDiskFile(path, "bypass");
  await real.truncate(0);
  let left = losses;
  const isLost = (position: number) => position === 0 && left-- > 0;
  const file: DiskFile = {
    ...real,
    isDirect: real.isDirect,
    write: async (from, position) => (isLost(position) ? undefined : real.write(from, position)),
    writeNow: (from, position) => (isLost(position) ? undefined : real.writeNow(from, position)),
  };
  const source = {
    client: s3Client(aws),
    flow: createFlowControl({ parallel: 4 }),
    pool: createBufferPool(4),
    object,
    file,
    retryMs: 10_000,
  };
  try {
    await downloadRanges(source, { journalPath: `${path}-${verify}-${losses}`, verify });
    return "right";
  } finally {
    await real.close();
  }
}
