import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { headObject } from "../../test/support/s3-objects.ts";
import type { ConnectOptions } from "../aws/connect.ts";
import { type TestBucket, startSpoiledBucket, startTestBucket } from "../../test/support/bucket.ts";
import { downloadObject } from "./download-object.ts";
import { downloadPrefix } from "./download-prefix.ts";
import { createFlowControl } from "./flow-control.ts";
import { usualRangeBytes as rangeBytes } from "./large/plan-ranges.ts";
import { uploadBytes } from "./upload-bytes.ts";

const MiB = 1024 * 1024;

async function putLarge({ aws, bucket }: TestBucket, key: string, sizeBytes: number) {
  const bytes = randomBytes(sizeBytes);
  await uploadBytes(aws, { bucket, key }, bytes);
  return bytes;
}

async function find({ aws, bucket }: TestBucket, key: string) {
  const head = await headObject(aws, { bucket, key });
  assert.ok(head);
  return { bucket, key, etag: head.etag, sizeBytes: head.sizeBytes };
}

test("another version of the object than the one listed is a conflict, and leaves no file", async (t) => {
  const place = await startTestBucket(t);
  await place.put("k", "one");
  const listed = await find(place, "k");
  await place.put("k", "two");
  const path = join(place.directory, "k");

  await assert.rejects(downloadObject(place.aws, listed, path), { code: "CONFLICT" });

  assert.deepEqual(await readdir(place.directory), []);
});

test("an object that changes in the middle of its ranges is a conflict", async (t) => {
  const place = await startTestBucket(t);
  await putLarge(place, "k", 3 * rangeBytes);
  const listed = await find(place, "k");
  const path = join(place.directory, "k");
  let replaced: Promise<void> | undefined;
  const flow = {
    ...createFlowControl({ parallel: 1 }),
    run: async <Result>(work: () => Promise<Result>) => {
      await replaced;
      return work();
    },
  };
  const onBytes = () => void (replaced ??= place.put("k", "another"));

  await assert.rejects(downloadObject(place.aws, listed, path, { flow, onBytes }), {
    code: "CONFLICT",
  });

  assert.equal(existsSync(path), false);
});

test("connections that break in the middle of a body are gone on with, without a wrong byte", async (t) => {
  const place = await startSpoiledBucket(t);
  const bytes = await putLarge(place, "k", 2 * rangeBytes + 5);
  const path = join(place.directory, "k");
  place.network.cutAnswers({ afterBytes: 3 * MiB, connections: 4 });

  const listed = await find(place, "k");
  const done = await downloadObject(place.aws, listed, path, { retryMs: 20_000 });

  assert.ok((await readFile(path)).equals(bytes));
  assert.equal(done.movedBytes, bytes.length);
});

test("bytes that are wrong twice are refused by name, and leave no file", async (t) => {
  const place = await startSpoiledBucket(t);
  await place.put("small", "GOOD bytes");
  place.network.replaceInAnswers("GOOD", "EVIL");
  const listed = await find(place, "small");

  await assert.rejects(downloadObject(place.aws, listed, join(place.directory, "f")), {
    code: "VERIFICATION_FAILED",
    message: /s3:\/\/transfer-test\/small/,
  });

  assert.deepEqual(await readdir(place.directory), []);
});

test("killed with SIGKILL anywhere and run again: every byte is right, and what was there stays", async (t) => {
  const place = await startTestBucket(t);
  const { aws, bucket, directory } = place;
  const contents = new Map<string, Buffer>();
  for (const name of ["large-1", "large-2"]) {
    contents.set(name, await putLarge(place, `p/${name}`, 2 * rangeBytes + 7));
  }
  for (let index = 0; index < 200; index += 1) {
    const bytes = randomBytes(2_000);
    contents.set(`small/${index}`, bytes);
    await place.put(`p/small/${index}`, bytes);
  }
  const target = join(directory, "target");
  let finishedObjects = 0;
  for (let round = 1; round <= 5; round += 1) {
    const lines = randomInt(1, 150 * round);
    t.diagnostic(`round ${round}: killed at line ${lines}`);
    const seen = await downloadAndKill(place.cloud.connectOptions, bucket, target, lines);
    finishedObjects = Math.max(finishedObjects, seen);
  }

  const result = await downloadPrefix(aws, { bucket, prefix: "p/" }, target);

  assert.equal(result.objects, contents.size);
  // The ETag of a large object is no MD5: it is fetched again if the kill came before the journal's next flush.
  assert.ok(result.skipped >= finishedObjects - 2, `${result.skipped} of ${finishedObjects}`);
  for (const [name, bytes] of contents) {
    assert.ok((await readFile(join(target, name))).equals(bytes), name);
  }
  const left = (await readdir(target)).filter((name) => /^\.runctl-[0-9a-f]/.test(name));
  assert.deepEqual(left, []);
});

/** @returns how many objects the process had said were there. */
async function downloadAndKill(
  connectOptions: ConnectOptions,
  bucket: string,
  target: string,
  lines: number,
) {
  const script = fileURLToPath(
    new URL("../../test/support/download-until-killed.ts", import.meta.url),
  );
  const options = JSON.stringify(connectOptions);
  const child = spawn(process.execPath, [script, options, bucket, "p/", target], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(child, "close");
  let seen = 0;
  let objects = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    objects = Number(line);
    seen += 1;
    if (seen === lines) child.kill("SIGKILL");
  }
  await closed;
  return objects;
}
