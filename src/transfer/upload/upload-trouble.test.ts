import assert from "node:assert/strict";
import { randomBytes, randomInt } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { crc32 } from "node:zlib";
import { getBytes, headObject } from "../../../test/support/s3-objects.ts";
import { startSpoiledBucket } from "../../../test/support/bucket.ts";
import type { Fault, ProxiedRequest } from "../../../test/support/fault-proxy.ts";
import { type FaultyBucket, startFaultyBucket } from "../../../test/support/faulty-bucket.ts";
import { hurriedClock } from "../../../test/support/hurried-clock.ts";
import { unfinishedUploads } from "../../../test/support/unfinished-uploads.ts";
import { crc32Text } from "../crc32-text.ts";
import { createFlowControl } from "../flow-control.ts";
import { usualPartBytes } from "./plan-parts.ts";
import { uploadDirectory } from "../upload-directory.ts";
import { uploadFile } from "../../../test/support/upload-file.ts";
import { uploadSingle } from "../upload-single.ts";

/** A fault for the first `times` requests of each kind and target. */
function firstTimes(times: number, fault: (request: ProxiedRequest) => Fault | undefined) {
  const seen = new Map<string, number>();
  return (request: ProxiedRequest) => {
    const name = `${request.method} ${request.target}`;
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return before < times ? fault(request) : undefined;
  };
}

/** One file of two parts, one of a single request with a trailer, one with a header. */
async function startTroubled(t: TestContext) {
  const place = await startFaultyBucket(t);
  const directory = join(place.directory, "data");
  const { bucket, direct } = place;
  const files = new Map(
    [usualPartBytes + 1, 300_000, 10].map((size) => [String(size), randomBytes(size)]),
  );
  mkdirSync(directory);
  for (const [name, bytes] of files) writeFileSync(join(directory, name), bytes);
  const requireAll = async () => {
    for (const [key, bytes] of files) {
      assert.ok(bytes.equals(await getBytes(direct, { bucket, key })), key);
      const checksum = { algorithm: "CRC32", value: crc32Text(crc32(bytes)) };
      assert.deepEqual((await headObject(direct, { bucket, key }))?.checksum, checksum);
    }
    assert.deepEqual(await unfinishedUploads(direct, bucket), []);
  };
  const upload = () => {
    const flow = createFlowControl({ parallel: 4, clock: hurriedClock() });
    return uploadDirectory(place.aws, { directory, bucket, prefix: "" }, { flow });
  };
  return { ...place, upload, requireAll };
}

const lost: Fault = { kind: "cut-answer", afterBytes: 9 };
const busy: Fault = { kind: "answer", status: 503, code: "SlowDown" };

const troubles: [what: string, fault: (request: ProxiedRequest) => Fault | undefined][] = [
  ["every request is answered with 503 three times", () => busy],
  [
    "the answer to every request is lost three times",
    // But to the one that begins an upload: S3 does not tell afterwards who began which.
    ({ target }) => (target.includes("?uploads") ? undefined : lost),
  ],
  [
    "every body breaks off three times",
    ({ method }) => (method === "PUT" ? { kind: "cut-request", afterBytes: 5 } : undefined),
  ],
];

for (const [what, fault] of troubles) {
  test(`all files arrive whole although ${what}`, async (t) => {
    const { proxy, upload, requireAll } = await startTroubled(t);
    proxy.plan = firstTimes(3, fault);

    const result = await upload();

    assert.deepEqual([result.failed, result.objects], [[], 3]);
    assert.ok(proxy.faults >= 9, `${proxy.faults} faults`);
    assert.ok(result.retries > 0);
    await requireAll();
  });
}

test("a storm of 503 that does not end is told, and the parts are freed once it is over", async (t) => {
  const { proxy, upload, direct, bucket } = await startTroubled(t);
  proxy.plan = ({ method, target }) =>
    method === "PUT" && target.includes("partNumber=2") ? busy : undefined;

  await assert.rejects(upload(), { code: "OPERATION_FAILED", message: /SlowDown/ });

  assert.deepEqual(await unfinishedUploads(direct, bucket), []);
});

test("who may write but not look uploads all the same", async (t) => {
  const { proxy, aws, direct, bucket, directory } = await startTroubled(t);
  const path = join(directory, "file");
  writeFileSync(path, "text ".repeat(1000));
  const place = { bucket, key: "file", compress: true };
  await uploadSingle(aws, path, { ...place, compress: false });
  proxy.plan = ({ method }) =>
    method === "HEAD" ? { kind: "answer", status: 403, code: "AccessDenied" } : undefined;

  // What S3 has may be something else by now, as far as can be seen.
  assert.equal((await uploadSingle(aws, path, place)).moved, 1);
  proxy.plan = () => undefined;
  assert.equal((await headObject(direct, { bucket, key: "file" }))?.sizeBytes, 5000);
});

test("an answer without an id for the parts ends the upload, and the object that is there stays", async (t) => {
  const { aws, bucket, directory, network, ...bucketPlace } = await startSpoiledBucket(t);
  await bucketPlace.put("k", "the only one");
  const path = join(directory, "file");
  writeFileSync(path, randomBytes(usualPartBytes + 1));
  network.replaceInAnswers("UploadId>", "NothingX>");

  await assert.rejects(uploadFile(aws, path, { bucket, key: "k" }), {
    code: "AWS_ERROR",
    message: /without an id/,
  });

  assert.equal(Buffer.from(await getBytes(aws, { bucket, key: "k" })).toString(), "the only one");
});

for (const size of [1000, 300_000, usualPartBytes + 1]) {
  test(`an answer with another checksum than that of the ${size} bytes is not believed`, async (t) => {
    const { aws, bucket, directory, network } = await startSpoiledBucket(t);
    const bytes = randomBytes(size);
    const path = join(directory, "file");
    writeFileSync(path, bytes);
    // Of the first part, or of the only one.
    network.replaceInAnswers(crc32Text(crc32(bytes.subarray(0, usualPartBytes))), "AAAAAA==");

    await assert.rejects(uploadFile(aws, path, { bucket, key: "k" }), {
      code: "VERIFICATION_FAILED",
    });
  });
}

test("a wrong checksum of the whole is found although every part was right", async (t) => {
  const { aws, bucket, directory, network } = await startSpoiledBucket(t);
  const bytes = randomBytes(usualPartBytes + 1);
  const path = join(directory, "file");
  writeFileSync(path, bytes);
  network.replaceInAnswers(crc32Text(crc32(bytes)), "AAAAAA==");

  await assert.rejects(uploadFile(aws, path, { bucket, key: "k" }), {
    code: "VERIFICATION_FAILED",
  });
});

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

      await uploadTo(place, bytes);

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

  await uploadTo(place, bytes);

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

    await uploadTo(place, bytes);

    assert.equal(faults.length, 0);
    assert.ok((await stored(place)).equals(bytes));
  }
});

async function uploadTo(
  { aws, bucket, directory }: FaultyBucket,
  bytes: Uint8Array,
): Promise<void> {
  const path = join(directory, "file");
  writeFileSync(path, bytes);
  const flow = createFlowControl({ parallel: 8, clock: hurriedClock() });
  await uploadFile(aws, path, { bucket, key: "k" }, { flow });
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
