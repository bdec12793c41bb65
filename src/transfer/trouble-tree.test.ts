import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { putBytes } from "../../test/support/s3-objects.ts";
import { startFaultyBucket } from "../../test/support/faulty-bucket.ts";
import type { Fault, ProxiedRequest } from "../../test/support/fault-proxy.ts";
import { downloadPrefix } from "./download-prefix.ts";
import { eachParallel } from "./each-parallel.ts";

/** Ten thousand take a minute, which is for RUNCTL_TEST_FULL=1. */
const files = process.env["RUNCTL_TEST_FULL"] === "1" ? 10_000 : 200;

const contentOf = (index: number) => `content of ${index} `.repeat(1 + (index % 50));

/** A wrong byte only where a checksum tells of it. */
function faultFor({ target }: ProxiedRequest, dice: number): Fault | undefined {
  const isObject = target.includes("/many/");
  if (dice === 0) return { kind: "cut-answer", afterBytes: 100 };
  if (dice === 1) return { kind: "short-body", afterBytes: 7 };
  if (dice === 2) return { kind: "answer", status: 503, code: "SlowDown" };
  if (dice === 3) return { kind: "answer", status: 500, code: "InternalError" };
  return dice === 4 && isObject ? { kind: "wrong-byte", at: 3 } : undefined;
}

test("many small files arrive whole through a network that spoils one answer of ten", async (t) => {
  const place = await startFaultyBucket(t);
  const indexes = Array.from({ length: files }, (_, index) => index);
  await eachParallel(indexes, 32, async (index) => {
    const object = { bucket: place.bucket, key: `many/${index % 10}/${index}` };
    await putBytes(place.direct, object, contentOf(index));
  });
  const wrongBefore = new Set<string>();
  place.proxy.plan = (request) => {
    const fault = faultFor(request, randomInt(50));
    // The same object wrong twice is no bad luck of the network any more, and told.
    if (fault?.kind === "wrong-byte" && wrongBefore.has(request.target)) return undefined;
    if (fault?.kind === "wrong-byte") wrongBefore.add(request.target);
    return fault;
  };
  const to = join(place.directory, "to");

  const result = await downloadPrefix(place.aws, { bucket: place.bucket, prefix: "many/" }, to);

  t.diagnostic(`${place.proxy.faults} faults, ${result.retries} retries`);
  assert.deepEqual([result.objects, result.failed, result.refused], [files, [], []]);
  for (const index of indexes) {
    const path = join(to, `${index % 10}/${index}`);
    assert.equal(await readFile(path, "utf8"), contentOf(index));
  }
  const left = await readdir(to, { recursive: true });
  assert.ok(!left.some((name) => name.includes(".runctl")));
});
