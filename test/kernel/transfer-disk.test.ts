import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { headObject } from "../support/s3-objects.ts";
import { runProgram } from "../../src/run-program.ts";
import { downloadObject } from "../../src/transfer/download-object.ts";
import { downloadPrefix } from "../../src/transfer/download-prefix.ts";
import { createFlowControl } from "../../src/transfer/flow-control.ts";
import { type TestBucket, startTestBucket } from "../support/bucket.ts";
import { skipReason as skip } from "./support/kernel-cloud.ts";

const MiB = 2 ** 20;

test(
  "a download onto a disk that is full is told, leaves nothing under the name, and goes on when there is room",
  { skip },
  async (t) => {
    const place = await startTestBucket(t);
    const { object, bytes } = await putLarge(place, 40 * MiB + 1);
    const disk = await mountMemory(t, "24m");
    const path = join(disk, "k");
    // One range after the other: the first has its place, and is noted.
    const flow = createFlowControl({ parallel: 1 });

    await assert.rejects(downloadObject(place.aws, object, path, { flow }), {
      message: /no (space|room)|ENOSPC|full/i,
    });

    assert.ok(!(await readdir(disk)).includes("k"));
    await runProgram("mount", ["-o", "remount,size=64m", disk]);
    const done = await downloadObject(place.aws, object, path);
    assert.ok((await readFile(path)).equals(bytes));
    assert.ok(done.movedBytes < bytes.length, `${done.movedBytes} moved again`);
  },
);

test(
  "many small files on a disk that is full are told, and what is there is right",
  { skip },
  async (t) => {
    const place = await startTestBucket(t);
    for (let index = 0; index < 40; index += 1)
      await place.put(`data/${index}`, randomBytes(MiB / 4));
    const disk = await mountMemory(t, "4m");
    const from = { bucket: place.bucket, prefix: "data/" };
    await mkdir(join(disk, "data"));

    // In a new directory all of them need room: that is known before the first byte.
    await assert.rejects(downloadPrefix(place.aws, from, join(disk, "new")), {
      message: /new: no room: 10\.0 MiB are to come, and [34]\.\d MiB are free$/,
    });
    assert.deepEqual(await readdir(join(disk, "new")), [".runctl-journal"]);
    await assert.rejects(downloadPrefix(place.aws, from, join(disk, "data"), { retryMs: 2_000 }), {
      message: /no (space|room)|ENOSPC|full/i,
    });

    await runProgram("mount", ["-o", "remount,size=32m", disk]);
    const again = await downloadPrefix(place.aws, from, join(disk, "data"));
    assert.equal(again.objects, 40);
  },
);

test(
  "a disk that answers with I/O errors is told, and leaves nothing under the name",
  { skip },
  async (t) => {
    const place = await startTestBucket(t);
    const { object } = await putLarge(place, 40 * MiB + 1);
    const disk = await mountFailingDisk(t, { sizeMiB: 64, failsAfterMiB: 16 });
    const path = join(disk, "k");

    await assert.rejects(downloadObject(place.aws, object, path, { retryMs: 2_000 }), {
      code: "OPERATION_FAILED",
      message: /EIO/,
    });

    assert.ok(!(await readdir(disk)).includes("k"));
  },
);

async function putLarge(place: TestBucket, sizeBytes: number) {
  const { aws, bucket } = place;
  const bytes = randomBytes(sizeBytes);
  await place.put("k", bytes);
  const head = await headObject(aws, { bucket, key: "k" });
  assert.ok(head);
  return { bytes, object: { bucket, key: "k", ...head } };
}

/** @param below places mounted in it, to be unmounted first. */
async function mountMemory(
  t: TestContext,
  size: string,
  below: readonly string[] = [],
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "runctl-disk-"));
  await runProgram("mount", ["-t", "tmpfs", "-o", `size=${size}`, "none", directory]);
  t.after(async () => {
    for (const name of below) await runProgram("umount", [join(directory, name)]);
    await runProgram("umount", [directory]);
    await rm(directory, { recursive: true });
  });
  return directory;
}

/** ext4 on a device that lost its end after it was mounted: what lies behind is an I/O error. */
async function mountFailingDisk(
  t: TestContext,
  { sizeMiB, failsAfterMiB }: { sizeMiB: number; failsAfterMiB: number },
): Promise<string> {
  const memory = await mountMemory(t, `${sizeMiB}m`, ["mounted"]);
  const [image, directory] = [join(memory, "image"), join(memory, "mounted")];
  await mkdir(directory);
  await runProgram("truncate", ["-s", `${sizeMiB}m`, image]);
  await runProgram("mkfs.ext4", ["-q", "-O", "^has_journal", image]);
  await runProgram("mount", ["-o", "loop", image, directory]);
  const { stdout } = await runProgram("losetup", ["--noheadings", "-O", "NAME", "-j", image]);
  await runProgram("truncate", ["-s", `${failsAfterMiB}m`, image]);
  await runProgram("losetup", ["--set-capacity", stdout.trim()]);
  return directory;
}
