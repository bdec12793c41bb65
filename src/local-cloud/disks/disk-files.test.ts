import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { runProgram } from "../../run-program.ts";
import { createDiskFiles } from "./disk-files.ts";
import { hasReflink } from "./reflink.ts";

const skip =
  process.platform === "linux" && process.getuid?.() === 0 ? false : "needs root on Linux: mounts";

async function diskFiles(t: TestContext, canMakePool?: boolean) {
  const stateDirectory = await mkdtemp(join(tmpdir(), "runctl-disks-"));
  const disks = createDiskFiles(stateDirectory, canMakePool);
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
    const { disks, stateDirectory } = await diskFiles(t, false);
    if (await hasReflink(stateDirectory)) return t.skip("this file system clones files by itself");
    await disks.createVolume("vol-1", 1);
    const { stdout } = await runProgram("losetup", ["--find", "--show", disks.volumeFile("vol-1")]);
    const device = stdout.trim();
    const writer =
      "while :; do dd if=/dev/urandom of=$0 bs=64k count=32 oflag=direct conv=notrunc; done";
    const child = spawn("sh", ["-c", writer, device], {
      stdio: ["ignore", "ignore", "pipe"],
      detached: true,
    });
    // dd says how much it wrote when it is done.
    await once(child.stderr, "data");
    child.stderr.resume();

    await assert.rejects(disks.captureSnapshot("vol-1", "snap-1"), { code: "CONFLICT" });
    assert.ok(!existsSync(disks.snapshotFile("snap-1")));

    process.kill(-child.pid!, "SIGKILL");
    await once(child, "close");
    assert.ok((await disks.captureSnapshot("vol-1", "snap-1")).writtenBytes >= 2 ** 20);
  },
);
