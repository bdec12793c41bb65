import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { headObject } from "../support/s3-objects.ts";
import { runProgram } from "../../src/run-program.ts";
import { downloadObject } from "../../src/transfer/download-object.ts";
import { createFlowControl } from "../../src/transfer/flow-control.ts";
import { partLockPath, partPath, rangesPath } from "../../src/transfer/part-file.ts";
import type { DownloadOptions } from "../../src/transfer/download/wanted-object.ts";
import { type TestBucket, startTestBucket } from "../support/bucket.ts";
import { skipReason as skip, until } from "./support/kernel-cloud.ts";

const MiB = 1024 * 1024;
const rangeBytes = 16 * MiB;
const sizeBytes = 3 * rangeBytes + 5;
const powerCuts = process.env["RUNCTL_TEST_FULL"] ? 20 : 3;

test(
  "a disk that is full says so, keeps its journal, and the download goes on once there is room",
  { skip },
  async (t) => {
    const place = await startTestBucket(t);
    const { object, bytes } = await putObject(place);
    const { mount } = await smallDisk(t, place.directory, { sizeMiB: 96 });
    const path = join(mount, "k");
    // ext4 may give back what it kept for itself, but not 16 MiB of it.
    await writeFile(join(mount, "of-another"), Buffer.alloc(48 * MiB));

    await assert.rejects(download(place, object, path), {
      code: "OPERATION_FAILED",
      message: `${path}: no space left on the disk (ENOSPC)`,
    });
    assert.equal(existsSync(path), false);
    const noted = await notedRanges(path);
    assert.ok(noted >= 1, "no range was noted");

    await rm(join(mount, "of-another"));
    const { movedBytes } = await download(place, object, path);

    assert.equal(movedBytes, sizeBytes - noted * rangeBytes);
    assert.ok((await readFile(path)).equals(bytes));
  },
);

test(
  "after a power cut at any moment the journal says no more than the disk holds",
  { skip },
  async (t) => {
    const place = await startTestBucket(t);
    const { object, bytes } = await putObject(place);
    const disk = await smallDisk(t, place.directory, { sizeMiB: 96 });
    for (let round = 1; round <= powerCuts; round += 1) {
      const path = join(disk.mount, String(round));
      const cutAt = randomInt(MiB, sizeBytes);
      t.diagnostic(`round ${round}: power cut after ${cutAt} bytes`);
      let arrived = 0;
      let isCut = false;
      const onBytes = (count: number) => {
        arrived += count;
        if (arrived < cutAt || isCut) return;
        isCut = true;
        disk.cutPower();
      };
      await assert.rejects(download(place, object, path, { onBytes }), {
        code: "OPERATION_FAILED",
        message: /the disk gave an I\/O error|the file system is read-only/,
      });
      await disk.restart();
      // This process lives still, unlike one from before a power cut.
      await rm(partLockPath(path), { force: true });
      assert.equal(existsSync(path), false);
      const noted = await notedRanges(path);

      const { movedBytes } = await download(place, object, path);

      assert.equal(movedBytes, sizeBytes - noted * rangeBytes, `${noted} ranges were noted`);
      assert.ok((await readFile(path)).equals(bytes));
      await rm(path);
      // Else the next power cut brings it back.
      await runProgram("sync", ["-f", disk.mount]);
    }
  },
);

async function putObject(place: TestBucket) {
  const [key, bytes] = ["k", randomBytes(sizeBytes)];
  await place.put(key, bytes);
  const head = await headObject(place.aws, { bucket: place.bucket, key });
  assert.ok(head);
  return { bytes, object: { bucket: place.bucket, key, etag: head.etag, sizeBytes } };
}

/** One range after the other, so that the first are noted when the trouble comes. */
function download(
  { aws }: TestBucket,
  object: Awaited<ReturnType<typeof putObject>>["object"],
  path: string,
  options: DownloadOptions = {},
) {
  return downloadObject(aws, object, path, {
    flow: createFlowControl({ parallel: 1 }),
    ...options,
  });
}

/** Whole lines but for the first, which says what the object is; all of the object's ranges but the last are of one size. */
async function notedRanges(path: string): Promise<number> {
  assert.ok(existsSync(partPath(path)) || !existsSync(rangesPath(path)));
  const text = await readFile(rangesPath(path), "utf8").catch(() => "\n");
  return Math.max(0, text.split("\n").length - 2);
}

/** An ext4 file system on a disk of its own. */
async function smallDisk(t: TestContext, directory: string, { sizeMiB }: { sizeMiB: number }) {
  const image = join(directory, "disk");
  await writeFile(image, "");
  await truncate(image, sizeMiB * MiB);
  await runProgram("mkfs.ext4", ["-q", image]);
  const mount = await mkdtemp(join(tmpdir(), "runctl-disk-"));
  await mkdir(mount, { recursive: true });
  const start = () => runProgram("mount", ["-o", "loop", image, mount]);
  await start();
  t.after(async () => {
    await runProgram("umount", [mount]);
    await rm(mount, { recursive: true });
  });
  return {
    mount,
    /** From here on nothing reaches the disk: XFS_IOC_GOINGDOWN without flushing the log, which ext4 has too. */
    cutPower() {
      const script = `open(my $root, "<", $ARGV[0]) or die; my $flag = pack("L", 2); ioctl($root, 0x8004587d, $flag) or die $!`;
      execFileSync("perl", ["-e", script, mount]);
    },
    async restart() {
      await runProgram("umount", [mount]);
      // A machine that is just being made elsewhere has a copy of all mounts: until it lets go, a mount would give
      // the file system that was shut down.
      await until("the disk is free", async () => {
        const { stdout } = await runProgram("losetup", ["-j", image]);
        return stdout === "";
      });
      await start();
    },
  };
}
