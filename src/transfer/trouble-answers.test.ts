import assert from "node:assert/strict";
import { randomBytes, randomInt } from "node:crypto";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { Fault } from "../../test/support/fault-proxy.ts";
import { type FaultyBucket, startFaultyBucket } from "../../test/support/faulty-bucket.ts";
import { hurriedClock } from "../../test/support/hurried-clock.ts";
import { headObject, putBytes } from "../../test/support/s3-objects.ts";
import { okAnswer } from "../../test/support/raw-s3.ts";
import { startRawServer } from "../../test/support/raw-server.ts";
import { connect } from "../aws/connect.ts";
import { RunctlError } from "../errors.ts";
import { deleteKeys } from "./delete-keys.ts";
import { downloadObject } from "./download-object.ts";
import { findObject } from "./find-object.ts";
import { createFlowControl } from "./flow-control.ts";
import { usualRangeBytes } from "./large/plan-ranges.ts";
import { eachParallel } from "./each-parallel.ts";
import { uploadBytes } from "./upload-bytes.ts";
import { finishUpload } from "./upload/multipart-calls.ts";
import { startUpload } from "./upload/upload-job.ts";

const isFull = process.env["RUNCTL_TEST_FULL"] === "1";

test("an answer that breaks off at any byte of its head, or behind it, costs only one more request", async (t) => {
  const place = await startFaultyBucket(t);
  // S3's heads have some 400 bytes. The first answer about `k/N` is cut after N.
  const step = isFull ? 1 : 5;
  const first = randomInt(step);
  t.diagnostic(`every ${step} bytes from ${first} on`);
  const cuts = Array.from({ length: 480 / step }, (_, index) => first + index * step);
  const met = new Set<string>();
  place.proxy.plan = ({ method, target }) => {
    if (method !== "GET" || met.has(target)) return undefined;
    met.add(target);
    return { kind: "cut-answer", afterBytes: Number(target.split("/").at(-1)) };
  };

  await eachParallel(cuts, 16, async (cut) => {
    const object = await put(place, `k/${cut}`, Buffer.from(`content ${cut}`));
    const path = join(place.directory, String(cut));
    await downloadObject(place.aws, object, path, { durable: false });
    assert.equal(await readFile(path, "utf8"), `content ${cut}`, `cut after ${cut} bytes`);
  });

  assert.equal(place.proxy.faults, cuts.length);
});

test("objects of every size arrive whole, whatever becomes of the first answers about them", async (t) => {
  const place = await startFaultyBucket(t);
  const sizes = [0, 1, usualRangeBytes - 1, usualRangeBytes, usualRangeBytes + 1];
  for (let round = 1; round <= (isFull ? 20 : 1); round += 1) {
    for (const sizeBytes of sizes) {
      const bytes = randomBytes(sizeBytes);
      const faults = Array.from({ length: 3 }, () => anyFault(sizeBytes));
      t.diagnostic(`${sizeBytes} bytes: ${JSON.stringify(faults)}`);
      const object = await put(place, "k", bytes);
      place.proxy.plan = ({ method }) => (method === "GET" ? faults.shift() : undefined);
      const path = join(place.directory, "k");

      const flow = createFlowControl({ parallel: 10, clock: hurriedClock() });
      await downloadObject(place.aws, object, path, { flow, durable: false }).catch(ifWrongTwice);

      place.proxy.plan = () => undefined;
      await downloadObject(place.aws, object, path, { durable: false });
      assert.ok((await readFile(path)).equals(bytes));
    }
  }
});

test("a byte that is wrong in any answer is never in a file", async (t) => {
  const place = await startFaultyBucket(t);
  const sizeBytes = usualRangeBytes + 4096;
  const object = await put(place, "k", randomBytes(sizeBytes));
  const at = randomInt(4096);
  t.diagnostic(`byte ${at} of each range`);
  place.proxy.plan = ({ range }) => (range ? { kind: "wrong-byte", at } : undefined);
  const path = join(place.directory, "k");

  await assert.rejects(downloadObject(place.aws, object, path), { code: "VERIFICATION_FAILED" });

  assert.deepEqual(await filesIn(place), []);
});

test("a storm of 503 and 500 slows a download down, and does not end it", async (t) => {
  const place = await startFaultyBucket(t);
  const flow = createFlowControl({ parallel: 16 });
  const names = Array.from({ length: 40 }, (_, index) => `k${index}`);
  const objects = await Promise.all(names.map((name) => put(place, name, Buffer.from(name))));
  let refusals = 60;
  let lowest = Infinity;
  place.proxy.plan = ({ number }) => {
    lowest = Math.min(lowest, flow.counters().limit);
    refusals -= 1;
    if (refusals < 0) return undefined;
    return number % 3 === 0
      ? { kind: "answer", status: 500, code: "InternalError" }
      : { kind: "answer", status: 503, code: "SlowDown" };
  };

  await eachParallel(objects, 16, async (object) => {
    const path = join(place.directory, object.key);
    await downloadObject(place.aws, object, path, { flow, durable: false });
    assert.equal(await readFile(path, "utf8"), object.key);
  });

  assert.ok(refusals < 0, "the storm was over");
  assert.ok(lowest < 16, `never fewer than ${lowest} at once`);
});

test("a server that answers nothing but 503 ends in an error that says so, with nothing under the name", async (t) => {
  const place = await startFaultyBucket(t);
  const object = await put(place, "k", Buffer.from("content"));
  place.proxy.plan = () => ({ kind: "answer", status: 503, code: "SlowDown" });
  const path = join(place.directory, "k");

  await assert.rejects(downloadObject(place.aws, object, path, { retryMs: 300 }), (error) => {
    assert.ok(error instanceof RunctlError);
    assert.match(error.message, /SlowDown|503/);
    return true;
  });

  assert.deepEqual(await filesIn(place), []);
});

/** The files of a download beside the state of the server. */
async function filesIn({ directory }: FaultyBucket): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name !== "s3");
}

async function put({ direct, bucket }: FaultyBucket, key: string, bytes: Uint8Array) {
  await putBytes(direct, { bucket, key }, bytes);
  const head = await headObject(direct, { bucket, key });
  assert.ok(head);
  return { bucket, key, ...head };
}

function anyFault(sizeBytes: number): Fault {
  const inBody = randomInt(Math.max(1, Math.min(sizeBytes, usualRangeBytes)));
  const inBodies: Fault[] = [
    { kind: "short-body", afterBytes: inBody },
    { kind: "wrong-byte", at: inBody },
  ];
  const faults: Fault[] = [
    ...(sizeBytes > 0 ? inBodies : []),
    { kind: "cut-answer", afterBytes: inBody },
    { kind: "answer", status: 503, code: "SlowDown" },
    { kind: "answer", status: 500, code: "InternalError" },
  ];
  return faults[randomInt(faults.length)]!;
}

/** Two wrong bytes in a row are the one thing that a download may give up for. */
function ifWrongTwice(error: unknown): void {
  assert.ok(error instanceof RunctlError && error.code === "VERIFICATION_FAILED", String(error));
}

test("an answer that is shorter than what was asked for, and says so, is asked for again, and not for ever", async (t) => {
  const whole = randomBytes(usualRangeBytes + 5);
  let most = Infinity;
  let requests = 0;
  const { port } = await startRawServer(t, async ({ socket, nextRequest }) => {
    for (let request = await nextRequest(); request; request = await nextRequest()) {
      requests += 1;
      const [, from = "0", to] = /^range: bytes=(\d+)-(\d+)/im.exec(request.head) ?? [];
      const size = Number(/^GET \S+\/(\d+)/.exec(request.head)?.[1] ?? whole.length);
      const last = to === undefined ? size - 1 : Number(to);
      const body = whole.subarray(Number(from), Math.min(last + 1, Number(from) + most));
      const isHead = request.head.startsWith("HEAD");
      socket.write(
        `HTTP/1.1 ${to === undefined ? "200 OK" : "206 Partial Content"}\r\netag: "e"\r\n` +
          `content-range: bytes ${from}-${last}/${size}\r\ncontent-length: ${body.length}\r\n\r\n`,
      );
      if (!isHead) socket.write(body);
    }
  });
  const aws = connect({
    region: "us-east-1",
    endpointUrl: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
  });
  const path = join(await mkdtemp(join(tmpdir(), "runctl-short-")), "k");
  t.after(() => rm(dirname(path), { recursive: true }));

  for (const sizeBytes of [2 << 20, whole.length]) {
    const object = { bucket: "bucket", key: `k/${sizeBytes}`, etag: "e", sizeBytes };
    const get = () => {
      const flow = createFlowControl({ parallel: 2, clock: hurriedClock() });
      return downloadObject(aws, object, path, { flow });
    };

    most = 700_000;
    await get();
    assert.ok((await readFile(path)).equals(whole.subarray(0, sizeBytes)));

    [most, requests] = [0, 0];
    await assert.rejects(get, { code: "OPERATION_FAILED" });
    assert.ok(requests < 200, `${requests} requests`);
  }
});

test("a page that is not S3's is no success, whatever was asked for", async (t) => {
  const page = okAnswer("<html>Please log in</html>", "content-type: text/html\r\n");
  const { port } = await startRawServer(t, async ({ socket, nextRequest }) => {
    for (let request = await nextRequest(); request; request = await nextRequest()) {
      const { head, body } = request;
      await body(Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0));
      const isHead = head.startsWith("HEAD");
      socket.write(isHead ? page.subarray(0, page.indexOf("<html>")) : page);
    }
  });
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  const aws = connect({
    region: "us-east-1",
    endpointUrl: `http://127.0.0.1:${port}`,
    credentials,
  });
  const place = { bucket: "bucket", key: "k" };
  const job = startUpload(aws, place, {});
  const parts = { parts: [], crc32: "AAAAAA==", sizeBytes: 0 };

  for (const ask of [
    () => uploadBytes(aws, place, Buffer.from("x")),
    () => uploadBytes(aws, place, Buffer.alloc(9 << 20)),
    () => finishUpload(job, "id", parts),
    () => findObject(aws, place),
    () => deleteKeys(aws, "bucket", ["k"]),
  ]) {
    await assert.rejects(ask, { code: "AWS_ERROR" });
  }
});
