import assert from "node:assert/strict";
import { constants } from "node:fs";
import { mkdtemp, open, rm, statfs, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { growOnline } from "../../src/agent/grow-filesystem.ts";
import { mountsOf } from "../../src/agent/find-mounts.ts";
import { deviceNumber } from "../../src/agent/mount-table.ts";
import { mountVolume } from "../../src/agent/mount-volume.ts";
import { unmountVolume } from "../../src/agent/unmount-volume.ts";
import { systemClock as clock } from "../../src/clock.ts";
import { runProgram } from "../../src/run-program.ts";
import { skipReason as skip } from "./support/kernel-cloud.ts";

const mib = 1_048_576;
const small = 400 * mib;
const large = 800 * mib;
const log = { moment: () => undefined, note: () => undefined, console: () => undefined };

for (const type of ["ext4", "xfs"]) {
  test(
    `${type} fills its volume when it is mounted for writing, and only then`,
    { skip },
    async (t) => {
      const disk = await loopDisk(t, type);
      const request = { volumeId: "vol-1", device: disk.device, mountPoint: disk.mountPoint, type };
      await disk.grow();

      await mountVolume({ ...request, readOnly: true });
      assert.ok((await disk.sizeBytes()) < small, "read-only, it stays as it was");
      await disk.unmount();

      await mountVolume({ ...request, readOnly: false });
      assert.ok((await disk.sizeBytes()) > 0.85 * large);
    },
  );
}

test("xfs grows while it is in use", { skip }, async (t) => {
  const disk = await loopDisk(t, "xfs");
  const { device, mountPoint } = disk;
  await mountVolume({ volumeId: "vol-1", device, mountPoint, type: "xfs", readOnly: false });
  await writeFile(join(mountPoint, "checkpoint"), "1");
  await disk.grow();

  await growOnline(device, mountPoint, "xfs");

  assert.ok((await disk.sizeBytes()) > 0.85 * large);
});

/** A file system of 400 MiB on a loop device. */
async function loopDisk(t: TestContext, type: string) {
  const folder = await mkdtemp(join(tmpdir(), "runctl-grow-"));
  const file = join(folder, "disk");
  const mountPoint = join(folder, "mnt");
  await writeFile(file, "");
  await truncate(file, small);
  await runProgram(`mkfs.${type}`, ["-q", file]);
  const device = (await runProgram("losetup", ["--find", "--show", file])).stdout.trim();
  const unmount = async () => {
    const find = async () => ({
      mounts: await mountsOf(new Set([await deviceNumber(device)])),
      deviceNumbers: new Set<string>(),
      builtOn: [],
    });
    await unmountVolume("vol-1", { clock, log, deadlineMs: 5_000, killHolders: false }, find);
    await untilUnused(device);
  };
  t.after(async () => {
    await unmount();
    await runProgram("losetup", ["--detach", device]);
    await rm(folder, { recursive: true });
  });
  return {
    device,
    mountPoint,
    unmount,
    async grow() {
      await truncate(file, large);
      await runProgram("losetup", ["--set-capacity", device]);
    },
    async sizeBytes() {
      const { blocks, bsize } = await statfs(mountPoint);
      return blocks * bsize;
    },
  };
}

/** A machine that another test boots at this moment has a copy of every mount until it has its own root. */
async function untilUnused(device: string): Promise<void> {
  for (;;) {
    try {
      const disk = await open(device, constants.O_RDONLY | constants.O_EXCL);
      return await disk.close();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
      await clock.sleep(10);
    }
  }
}
