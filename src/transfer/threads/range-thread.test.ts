import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { startTestBucket } from "../../../test/support/bucket.ts";
import { s3Access } from "../../aws/s3-access.ts";
import { headObject } from "../../../test/support/s3-objects.ts";
import { checksumOf } from "../../object-checksum.ts";
import { createFlowControl } from "../flow-control.ts";
import { combine, crcText } from "../large/crc-sums.ts";
import { planRanges } from "../large/plan-ranges.ts";
import { startRangeThread } from "./range-thread.ts";

const ignore = () => undefined;

test("another thread fetches ranges with the first one's credentials, and says what came", async (t) => {
  const { order, bytes, path, start } = await startPlace(t);
  const thread = start();
  let counted = 0;
  const ranges = planRanges(bytes.length);

  const pieces = await Promise.all(
    ranges.map((range) =>
      thread.fetch({ ...order, range }, (count) => (counted += count), undefined),
    ),
  );

  assert.equal(counted, bytes.length);
  assert.equal(crcText("CRC32", combine("CRC32", pieces.flat())), checksumOf("CRC32", bytes));
  assert.ok((await readFile(path)).equals(bytes));
});

test("what a range fails with comes over, and the next range is fetched", async (t) => {
  const { order, bytes, start } = await startPlace(t);
  const thread = start();
  const [range] = planRanges(bytes.length);
  const object = { ...order.object, etag: "another" };

  await assert.rejects(thread.fetch({ ...order, object, range: range! }, ignore, undefined), {
    name: "RunctlError",
    code: "CONFLICT",
  });

  assert.equal((await thread.fetch({ ...order, range: range! }, ignore, undefined)).length, 1);
});

test("a range that is given up ends at once with the reason", async (t) => {
  const { order, bytes, start } = await startPlace(t);
  const thread = start();
  const controller = new AbortController();
  const [range] = planRanges(bytes.length);

  const fetched = thread.fetch({ ...order, range: range! }, ignore, controller.signal);
  controller.abort(new Error("stopped"));

  await assert.rejects(fetched, { message: "stopped" });

  assert.equal(thread.inFlight, 0);
});

test("a thread that dies fails what it was asked, with what it died of", async (t) => {
  const { order, bytes, path, start } = await startPlace(t);
  const program = `${path}-program.mjs`;
  await writeFile(
    program,
    `import { parentPort } from "node:worker_threads";
     parentPort.on("message", () => { throw new Error("out of luck"); });`,
  );
  const thread = start(pathToFileURL(program));
  const [range] = planRanges(bytes.length);

  await assert.rejects(thread.fetch({ ...order, range: range! }, ignore, undefined), {
    message: "out of luck",
  });
  await assert.rejects(thread.fetch({ ...order, range: range! }, ignore, undefined));
});

async function startPlace(t: TestContext) {
  const place = await startTestBucket(t);
  const { aws, bucket } = place;
  const directory = await mkdtemp(join(tmpdir(), "runctl-thread-"));
  t.after(() => rm(directory, { recursive: true }));
  const bytes = randomBytes(17 * 1024 * 1024);
  await place.put("k", bytes);
  const head = await headObject(aws, { bucket, key: "k" });
  const path = join(directory, "file");
  await writeFile(path, "");
  await truncate(path, bytes.length);
  const order = {
    object: { bucket, key: "k", etag: head!.etag, sizeBytes: bytes.length },
    path,
    pageCache: "bypass" as const,
    algorithm: "CRC32" as const,
    retryMs: 5_000,
    pieceBytes: Infinity,
  };
  const start = (program?: URL) => {
    const flow = createFlowControl({ parallel: 4 });
    const access = s3Access(aws);
    const thread = startRangeThread({
      access,
      flow,
      caBundle: undefined,
      ...(program && { program }),
    });
    t.after(() => thread.stop());
    return thread;
  };
  return { order, bytes, path, start };
}
