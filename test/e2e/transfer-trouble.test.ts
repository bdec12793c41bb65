import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, open, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, after, before, test } from "node:test";
import { promisify } from "node:util";
import { ListMultipartUploadsCommand } from "@aws-sdk/client-s3";
import { buildCli } from "../../scripts/build.ts";
import { putBytes } from "../support/s3-objects.ts";
import type { Fault } from "../support/fault-proxy.ts";
import { type FaultyBucket, startFaultyBucket } from "../support/faulty-bucket.ts";
import { type S3Program, startS3Program } from "./support/s3-program.ts";

const isFull = process.env["RUNCTL_TEST_FULL"] === "1";
const MiB = 2 ** 20;

let main = "";
before(async () => {
  main = await buildCli(await mkdtemp(join(tmpdir(), "runctl-s3-program-")));
});
after(() => rm(dirname(main), { recursive: true, force: true, maxRetries: 5 }));

test("a download over TLS that is killed again and again, on a bad network, is right in the end", async (t) => {
  const place = await startFaultyBucket(t);
  const program = await startS3Program(t, main, place.endpoint);
  if (!program) return;
  const contents = someFiles();
  for (const [name, bytes] of contents) {
    await putBytes(place.direct, { bucket: place.bucket, key: `data/${name}` }, bytes);
  }
  const target = join(place.directory, "target");
  const words = ["download", `s3://${place.bucket}/data/`, target];

  await killAgainAndAgain(t, program, words, { requests: contents.size });

  for (const [name, bytes] of contents) {
    assert.ok((await readFile(join(target, name))).equals(bytes), name);
  }
  const left = await readdir(target, { recursive: true, withFileTypes: true });
  const files = left.filter((entry) => entry.isFile() && !entry.name.startsWith(".runctl"));
  assert.equal(files.length, contents.size);
  await askRclone(t, program, `:s3:${place.bucket}/data`, target);
});

test("an upload over TLS that is killed again and again, on a bad network, is right in the end", async (t) => {
  const place = await startFaultyBucket(t);
  const program = await startS3Program(t, main, place.endpoint);
  if (!program) return;
  const source = join(place.directory, "source");
  const contents = someFiles();
  for (const [name, bytes] of contents) {
    await mkdir(dirname(join(source, name)), { recursive: true });
    await writeFile(join(source, name), bytes);
  }
  const words = ["upload", source, `s3://${place.bucket}/data/`];

  await killAgainAndAgain(t, program, words, { requests: contents.size });

  const back = join(place.directory, "back");
  const down = await program.start("download", `s3://${place.bucket}/data/`, back).ended;
  assert.equal(down.exitCode, 0, down.output);
  for (const [name, bytes] of contents) {
    assert.ok((await readFile(join(back, name))).equals(bytes), name);
  }
  assert.deepEqual(await unfinishedUploads(place), []);
  await askRclone(t, program, `:s3:${place.bucket}/data`, source);
});

/** Kills the program at random requests, with faults in between; the last time it may end. */
async function killAgainAndAgain(
  t: TestContext,
  { proxy, start }: S3Program,
  words: readonly string[],
  { requests }: { requests: number },
): Promise<void> {
  const kills = Array.from({ length: isFull ? 30 : 2 }, () => randomInt(1, requests / 2));
  t.diagnostic(`killed at the requests ${kills.join(", ")}`);
  for (const kill of kills) {
    const run = start(...words);
    const first = { number: 0 };
    proxy.plan = ({ number }) => {
      first.number ||= number;
      if (number - first.number >= kill) run.kill();
      return anyFault();
    };
    await run.ended;
  }
  proxy.plan = anyFault;
  const { exitCode, output } = await start(...words).ended;
  proxy.plan = () => undefined;
  assert.equal(exitCode, 0, output);
}

/** Of every twentieth request. */
function anyFault(): Fault | undefined {
  const faults: Fault[] = [
    { kind: "cut-answer", afterBytes: randomInt(100_000) },
    { kind: "cut-request", afterBytes: randomInt(100_000) },
    { kind: "answer", status: 503, code: "SlowDown" },
  ];
  return faults[randomInt(20 * faults.length)];
}

function someFiles(): Map<string, Buffer> {
  const contents = new Map([
    ["large", randomBytes(17 * MiB + 3)],
    ["empty", Buffer.alloc(0)],
  ]);
  for (let index = 0; index < 100; index += 1) {
    contents.set(`d${index % 7}/small ${index}`, randomBytes(randomInt(1, 5_000)));
  }
  return contents;
}

/** A second opinion, byte for byte. */
async function askRclone(
  t: TestContext,
  { rclone }: S3Program,
  remote: string,
  path: string,
): Promise<void> {
  const said = await rclone("check", remote, path, "--download", "--exclude", ".runctl*/**");
  if (said) assert.equal(said.exitCode, 0, said.output);
  else t.diagnostic("rclone is not installed: no second opinion");
}

async function unfinishedUploads({ direct, bucket }: FaultyBucket) {
  const client = await direct.s3();
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  return Uploads.map(({ Key }) => Key);
}

const onlyFull = isFull ? false : "takes minutes: RUNCTL_TEST_FULL=1";

test("a sparse file goes up and comes down, in the full run one of 5 GiB and a byte", async (t) => {
  const place = await startFaultyBucket(t);
  const program = await startS3Program(t, main, place.endpoint);
  if (!program) return;
  const [source, back] = ["source", "back"].map((name) => join(place.directory, name));
  const sizeBytes = (isFull ? 5 * 1024 : 1) * MiB + 1;
  const file = await open(source!, "w");
  // Something to be found at the ends, and in the middle.
  for (const at of [0, sizeBytes / 2 - 4, sizeBytes - 8]) {
    await file.write(randomBytes(8), 0, 8, Math.floor(at));
  }
  await file.close();

  const up = await program.start("upload", source!, `s3://${place.bucket}/k`).ended;
  assert.equal(up.exitCode, 0, up.output);
  const down = await program.start("download", `s3://${place.bucket}/k`, back!).ended;
  assert.equal(down.exitCode, 0, down.output);

  await promisify(execFile)("cmp", [source!, back!]);
});

test("200,000 small files go up and come down", { skip: onlyFull }, async (t) => {
  const place = await startFaultyBucket(t);
  const program = await startS3Program(t, main, place.endpoint);
  if (!program) return;
  const [source, back] = ["source", "back"].map((name) => join(place.directory, name));
  for (let index = 0; index < 200_000; index += 1) {
    const directory = join(source!, `d${Math.floor(index / 1000)}`);
    if (index % 1000 === 0) mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `f${index}`), `content ${index}`);
  }

  // The local cloud brings what it says yes to to the disk, for many requests at once.
  const words = ["upload", source!, `s3://${place.bucket}/data/`, "--parallel", "64"];
  const up = await program.start(...words).ended;
  assert.equal(up.exitCode, 0, up.output);
  const down = await program.start("download", `s3://${place.bucket}/data/`, back!).ended;
  assert.equal(down.exitCode, 0, down.output);

  await promisify(execFile)("diff", ["-rq", source!, back!]);
});
