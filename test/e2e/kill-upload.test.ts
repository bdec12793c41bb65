import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ensureBucket } from "../../src/aws/buckets.ts";
import { connect } from "../../src/aws/connect.ts";
import { getBytes } from "../support/s3-objects.ts";
import type { ObservedRequest } from "../../src/local-cloud/request-observer.ts";
import { commandLine } from "../support/command-line.ts";
import { startTestCloud } from "../support/local-cloud.ts";
import { unfinishedUploads } from "../support/unfinished-uploads.ts";

const MiB = 1024 * 1024;

test("an upload that was killed goes on with the parts that S3 has, by the same line", async (t) => {
  let kill: (() => void) | undefined;
  const killAtSecondPart = ({ action, phase }: ObservedRequest) => {
    if (action !== "UploadPart" || phase !== "after") return;
    parts += 1;
    if (parts === 2) kill?.();
  };
  let parts = 0;
  const cloud = await startTestCloud(t, { onRequest: killAtSecondPart });
  const directory = await mkdtemp(join(tmpdir(), "runctl-kill-upload-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const aws = connect(cloud.connectOptions);
  const bucket = "uploads";
  await ensureBucket(aws, { bucket, accountRegional: false });
  const bytes = randomBytes(40 * MiB + 1);
  const path = join(directory, "model.pt");
  await writeFile(path, bytes);
  const shell = await commandLine(t);
  const target = `s3://${bucket}/model.pt`;
  const line = ["--local", "--state-dir", cloud.stateDirectory, "--output", "json", "s3", "upload"];
  const words = [...line, "--parallel", "2", path, target];

  const first = shell.start(words);
  kill = () => first.kill();
  assert.equal((await first.ended).exitCode, null);
  assert.deepEqual(await unfinishedUploads(aws, bucket), ["model.pt"]);
  const { exitCode, stdout, stderr } = await shell.run(words);

  assert.equal(exitCode, 0, stderr);
  const { movedBytes } = JSON.parse(stdout) as { movedBytes: number };
  assert.ok(movedBytes <= bytes.length - 8 * MiB, `${movedBytes} moved`);
  assert.ok(bytes.equals(await getBytes(aws, { bucket, key: "model.pt" })));
  assert.deepEqual(await unfinishedUploads(aws, bucket), []);
});
