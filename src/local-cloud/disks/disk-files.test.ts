import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { runProgram } from "../../run-program.ts";
import { createDiskFiles } from "./disk-files.ts";
import { copySparse, hasReflink } from "./reflink.ts";

const skip =
  process.platform === "linux" && process.getuid?.() === 0 ? false : "needs root on Linux: mounts";

async function diskFiles(t: TestContext, canMakePool?: boolean, copy?: typeof copySparse) {
  const stateDirectory = await mkdtemp(join(tmpdir(), "runctl-disks-"));
  const disks = createDiskFiles(stateDirectory, canMakePool, copy);
  t.after(async () => {
    await disks.release();
    await rm(stateDirectory, { recursive: true });
  });
  return { disks, stateDirectory };
}

async function write(file: string, text: string): Promise<void> {
  const handle = await open(file, "r+");
  await handle.write(text, 0);
  await handle.close();
}

async function firstBytes(file: string, count: number): Promise<string> {
  const handle = await open(file);
  try {
    return (await handle.read(Buffer.alloc(count), 0, count, 0)).buffer.toString();
  } finally {
    await handle.close();
  }
}

test("disks are thin, keep what is on them and grow", { skip }, async (t) => {
  const { disks } = await diskFiles(t);
  await disks.createVolume("vol-1", 100);
  const file = disks.volumeFile("vol-1");
  assert.equal((await stat(file)).size, 100 * 2 ** 30);
  assert.equal((await stat(file)).blocks, 0);

  await write(file, "kept");
  await disks.createVolume("vol-1", 100);
  await disks.growVolume("vol-1", 200);
  await disks.growVolume("vol-1", 150);
  assert.equal((await stat(file)).size, 200 * 2 ** 30);
  assert.equal(await firstBytes(file, 4), "kept");
});

test("a snapshot stays as it was, also when its disk is gone", { skip }, async (t) => {
  const { disks } = await diskFiles(t);
  await disks.createVolume("vol-1", 1);
  await write(disks.volumeFile("vol-1"), "first");
  const { writtenBytes } = await disks.captureSnapshot("vol-1", "snap-1");
  await write(disks.volumeFile("vol-1"), "later");
  assert.deepEqual(await disks.captureSnapshot("vol-1", "snap-1"), { writtenBytes });
  await disks.deleteVolume("vol-1");
  await disks.deleteVolume("vol-1");

  await disks.createVolume("vol-2", 2, "snap-1");
  const restored = disks.volumeFile("vol-2");
  assert.equal((await stat(restored)).size, 2 * 2 ** 30);
  assert.equal(await firstBytes(restored, 5), "first");
  await disks.deleteSnapshot("snap-1");
  assert.ok(!existsSync(disks.snapshotFile("snap-1")));
});

test("disks are there again after everything was released", { skip }, async (t) => {
  const { disks, stateDirectory } = await diskFiles(t);
  await disks.createVolume("vol-1", 1);
  await write(disks.volumeFile("vol-1"), "kept");
  await disks.release();
  await disks.release();

  const again = createDiskFiles(stateDirectory);
  await again.prepare();
  t.after(() => again.release());
  assert.equal(await firstBytes(again.volumeFile("vol-1"), 4), "kept");
});

test("cloning is found out by trying: tmpfs cannot", { skip }, async () => {
  assert.equal(await hasReflink("/dev/shm"), false);
});

test(
  "without a pool, a disk that is written while it is copied has no snapshot",
  { skip },
  async (t) => {
    let isWritten = true;
    const { disks, stateDirectory } = await diskFiles(t, false, async (from, to) => {
      await copySparse(from, to);
      if (isWritten) await device.write(Buffer.alloc(2 ** 20, "x"), 0, 2 ** 20, 0);
      await device.datasync();
    });
    if (await hasReflink(stateDirectory)) return t.skip("this file system clones files by itself");
    await disks.createVolume("vol-1", 1);
    const { stdout } = await runProgram("losetup", ["--find", "--show", disks.volumeFile("vol-1")]);
    const device = await open(stdout.trim(), "r+");
    try {
      await assert.rejects(disks.captureSnapshot("vol-1", "snap-1"), { code: "CONFLICT" });
      assert.ok(!existsSync(disks.snapshotFile("snap-1")));

      isWritten = false;
      assert.ok((await disks.captureSnapshot("vol-1", "snap-1")).writtenBytes >= 2 ** 20);
    } finally {
      await device.close();
    }
  },
);
