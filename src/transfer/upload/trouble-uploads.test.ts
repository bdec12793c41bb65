import assert from "node:assert/strict";
import { randomBytes, randomInt } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Fault } from "../../../test/support/fault-proxy.ts";
import { type FaultyBucket, startFaultyBucket } from "../../../test/support/faulty-bucket.ts";
import { getBytes } from "../../../test/support/s3-objects.ts";
import { usualPartBytes } from "./plan-parts.ts";
import { uploadFile } from "./upload-file.ts";

const isFull = process.env["RUNCTL_TEST_FULL"] === "1";

test("files of every size go up whole, whatever becomes of the first requests", async (t) => {
  const place = await startFaultyBucket(t);
  const sizes = [0, 1, usualPartBytes - 1, usualPartBytes, usualPartBytes + 1];
  for (let round = 1; round <= (isFull ? 20 : 1); round += 1) {
    for (const sizeBytes of sizes) {
      const bytes = randomBytes(sizeBytes);
      const faults = Array.from({ length: 3 }, () => anyFault(sizeBytes));
      t.diagnostic(`${sizeBytes} bytes: ${JSON.stringify(faults)}`);
      place.proxy.plan = () => faults.shift();

      await upload(place, bytes);

      assert.equal(faults.length, 0, "all of them came about");
      assert.ok((await stored(place)).equals(bytes));
    }
  }
});

test("an upload whose last answer is lost is found to be there", async (t) => {
  const place = await startFaultyBucket(t);
  const bytes = randomBytes(usualPartBytes + 1);
  let isLost = false;
  place.proxy.plan = ({ method, target }) => {
    if (isLost || method !== "POST" || !target.includes("uploadId=")) return undefined;
    isLost = true;
    return { kind: "cut-answer", afterBytes: 0 };
  };

  await upload(place, bytes);

  assert.ok(isLost);
  assert.ok((await stored(place)).equals(bytes));
});

test("bytes that change on the way up are refused by S3 and sent again", async (t) => {
  const place = await startFaultyBucket(t);
  // One that is signed, and one that S3 compares with the checksum behind it.
  for (const sizeBytes of [100_000, 1_000_000]) {
    const bytes = randomBytes(sizeBytes);
    const at = randomInt(sizeBytes);
    t.diagnostic(`byte ${at} of ${sizeBytes}`);
    const faults: Fault[] = [{ kind: "wrong-request-byte", at }];
    place.proxy.plan = ({ method }) => (method === "PUT" ? faults.shift() : undefined);

    await upload(place, bytes);

    assert.equal(faults.length, 0);
    assert.ok((await stored(place)).equals(bytes));
  }
});

async function upload({ aws, bucket, directory }: FaultyBucket, bytes: Uint8Array): Promise<void> {
  const path = join(directory, "file");
  await writeFile(path, bytes);
  await uploadFile(aws, path, { bucket, key: "k" }, { retryMs: 60_000 });
}

async function stored({ direct, bucket }: FaultyBucket): Promise<Buffer> {
  return Buffer.from((await getBytes(direct, { bucket, key: "k" })) ?? "");
}

function anyFault(sizeBytes: number): Fault {
  const faults: Fault[] = [
    { kind: "cut-request", afterBytes: randomInt(Math.min(sizeBytes, usualPartBytes) + 1) },
    { kind: "cut-answer", afterBytes: randomInt(300) },
    { kind: "answer", status: 503, code: "SlowDown" },
    { kind: "answer", status: 500, code: "InternalError" },
  ];
  return faults[randomInt(faults.length)]!;
}
