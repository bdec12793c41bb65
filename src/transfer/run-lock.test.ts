import assert from "node:assert/strict";
import { once } from "node:events";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { startTestBucket } from "../../test/support/bucket.ts";
import { identifyProcess } from "../process-identity.ts";
import { downloadObject } from "./download-object.ts";
import { downloadPrefix } from "./download-prefix.ts";
import { downloadSingle } from "./download-single.ts";
import { findObject } from "./find-object.ts";
import { type FlowControl, createFlowControl } from "./flow-control.ts";
import { partLockPath } from "./part-file.ts";
import { lockRun } from "./run-lock.ts";
import { uploadSingle } from "./upload-single.ts";

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "runctl-lock-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("a lock is one run's, and gone after it", async (t) => {
  const path = join(directory(t), "lock");

  const lock = await lockRun(path, "/data");
  await assert.rejects(lockRun(path, "/data"), {
    code: "CONFLICT",
    message: `process ${process.pid} is downloading to /data`,
  });
  lock.release();
  (await lockRun(path, "/data")).release();

  assert.deepEqual(readdirSync(join(path, "..")), []);
});

test("the lock of a process that was killed, of another boot, and a broken one are taken over", async (t) => {
  const path = join(directory(t), "lock");
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  const living = await identifyProcess(child.pid!);
  writeFileSync(path, JSON.stringify(living));
  await assert.rejects(lockRun(path, "/data"), { code: "CONFLICT" });
  child.kill("SIGKILL");
  await once(child, "exit");
  const before = { pid: process.pid, started: "00000000-0000-0000-0000-000000000000/1" };

  for (const content of [JSON.stringify(living), JSON.stringify(before), '{"pid":', ""]) {
    writeFileSync(path, content);
    (await lockRun(path, "/data")).release();
  }
});

test("a lock that is a symbolic link is taken away, and what it leads to stays", async (t) => {
  const [path, outside] = [join(directory(t), "lock"), join(directory(t), "outside")];
  writeFileSync(outside, "precious");
  symlinkSync(outside, path);

  (await lockRun(path, "/data")).release();

  assert.equal(readFileSync(outside, "utf8"), "precious");
});

test("two runs into one directory: the second is refused, and the first one's file is whole", async (t) => {
  const place = await startTestBucket(t);
  const { aws, bucket } = place;
  const to = join(place.directory, "to");
  await place.put("v1/x", Buffer.alloc(17 << 20, 1));
  await place.put("v2/x", Buffer.alloc(17 << 20, 2));
  const both = Promise.withResolvers<void>();
  const flow: FlowControl = {
    ...createFlowControl({ parallel: 1 }),
    run: (work) => both.promise.then(work),
  };

  const first = downloadPrefix(aws, { bucket, prefix: "v1/" }, to, { flow });
  const second = { bucket, prefix: "v2/" };
  while (!existsSync(join(to, ".runctl-journal.lock"))) await setImmediate();
  await assert.rejects(downloadPrefix(aws, second, to), { code: "CONFLICT" });
  const object = { ...(await findObject(aws, { bucket, key: "v2/x" }))!, bucket, key: "v2/x" };
  while (!existsSync(partLockPath(join(to, "x")))) await setImmediate();
  await assert.rejects(downloadObject(aws, object, join(to, "x")), { code: "CONFLICT" });
  both.resolve();
  await first;

  assert.ok(readFileSync(join(to, "x")).equals(Buffer.alloc(17 << 20, 1)));
  assert.deepEqual(readdirSync(to), ["x"]);
  assert.equal((await downloadPrefix(aws, second, to)).moved, 1);
});

test("two runs at one file of any kind: the second is refused, and the first one's is whole", async (t) => {
  const place = await startTestBucket(t);
  const { aws, bucket } = place;
  const text = Buffer.from("it shrinks ".repeat(100_000));
  const from = join(place.directory, "from");
  writeFileSync(from, text);
  await uploadSingle(aws, from, { bucket, key: "packed", compress: true });
  await place.put("plain", text);
  await place.put("other", Buffer.alloc(2 << 20, 2));
  const rules = { decompress: true, links: "refuse", trustTimes: false, verify: false } as const;
  const fetch = async (key: string, path: string, flow?: FlowControl) =>
    downloadSingle(
      aws,
      { ...(await findObject(aws, { bucket, key }))!, bucket, key },
      { path, isDirectory: false },
      { ...rules, pageCache: "bypass", checksums: true, ...(flow ? { flow } : {}) },
    );

  const to = join(place.directory, "to");
  for (const key of ["plain", "packed.zst"]) {
    mkdirSync(to);
    const isBegun = () => readdirSync(to).length > 0;
    const both = Promise.withResolvers<void>();
    const flow: FlowControl = {
      ...createFlowControl({ parallel: 1 }),
      run: (work) => (isBegun() ? both.promise.then(work) : work()),
    };
    const first = fetch(key, join(to, "f"), flow);
    while (!isBegun()) await setImmediate();
    await assert.rejects(fetch("other", join(to, "f")), { code: "CONFLICT" });
    both.resolve();
    await first;

    assert.ok(readFileSync(join(to, "f")).equals(text), key);
    assert.deepEqual(readdirSync(to), ["f"]);
    rmSync(to, { recursive: true });
  }
});
