import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, readdir, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  freeLoopDevices,
  loopDevice,
  type LoopDevice,
} from "../../src/local-cloud/disks/loop-devices.ts";
import { runProgram } from "../../src/run-program.ts";
import {
  type KernelCloud,
  kernelCloud,
  machineOf,
  skipReason as skip,
  volumeId,
  whatIsLeft,
} from "./support/kernel-cloud.ts";

const one = volumeId(1);
const two = volumeId(2);
const machine = machineOf(1);
const kills = process.env["RUNCTL_TEST_FULL"] === "1" ? 60 : 6;

test("a loop device whose number went to another file is not freed", { skip }, async (t) => {
  const cloud = await kernelCloud(t);
  const foreign = await foreignLoop(t);

  await freeLoopDevices([{ ...foreign, backingFile: volumeFile(cloud, one) }]);
  assert.deepEqual(await loopDevice(foreign.number), foreign);

  await freeLoopDevices([foreign]);
  assert.equal(await loopDevice(foreign.number), undefined);
});

test(
  "a machine whose disk's number went to another file loses the name and leaves the file alone",
  { skip },
  async (t) => {
    const cloud = await kernelCloud(t);
    const foreign = await foreignLoop(t);
    await cloud.backend.createDisk(one, 1);
    const detach = (force: boolean) => cloud.backend.detachDisk(machine.instanceId, one, { force });
    for (const force of [false, true]) {
      await attach(cloud, one);
      await nameDisk(cloud, foreign.number);
      assert.equal(await detach(force), "detached");
      await assert.rejects(stat(firstDisk(cloud)), { code: "ENOENT" });
    }
    await attach(cloud, one);
    await nameDisk(cloud, foreign.number);
    await cloud.backend.cutPower(machine.instanceId);
    assert.deepEqual(await loopDevice(foreign.number), foreign);
  },
);

test("what an attachment that was cut off left is not used to free a disk", { skip }, async (t) => {
  const cloud = await kernelCloud(t);
  await cloud.backend.createDisk(one, 1);
  await cloud.backend.createDisk(two, 1);
  const other = await loopOf(t, volumeFile(cloud, two));
  await attach(cloud, one);
  await cloud.backend.detachDisk(machine.instanceId, one, { force: false });
  await nameDisk(cloud, other.number);

  await attach(cloud, one);

  assert.deepEqual(await loopDevice(other.number), other);
});

test(
  "clouds side by side that are killed while they move disks never meet another's bytes",
  { skip },
  async (t) => {
    const clouds = [await kernelCloud(t), await kernelCloud(t), await kernelCloud(t)];
    await Promise.all(clouds.map(moveAndKill));
    for (const cloud of clouds) {
      for (const volume of [one, two]) {
        const file = await open(volumeFile(cloud, volume));
        const { buffer } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
        await file.close();
        const own = Buffer.alloc(4096, `${cloud.stateDirectory} ${volume} `);
        assert.ok(buffer.equals(own), `${volume} holds ${buffer.subarray(0, 100).toString()}`);
      }
      await cloud.backend.releaseAll();
      assert.deepEqual(await whatIsLeft(cloud.stateDirectory), []);
    }
  },
);

async function moveAndKill({ stateDirectory }: KernelCloud): Promise<void> {
  const program = fileURLToPath(new URL("support/disk-mover.ts", import.meta.url));
  for (let kill = 0; kill < kills; kill++) {
    const server = spawn(process.execPath, [program, stateDirectory], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exit = once(server, "exit");
    let said = "";
    await new Promise<void>((resolve) => {
      server.stdout.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (said.includes(one) && said.includes(two)) resolve();
      });
      server.on("exit", () => resolve());
    });
    await Promise.race([delay(Math.random() * 100), exit]);
    server.kill("SIGKILL");
    const [, signal] = (await exit) as [number | null, NodeJS.Signals | null];
    assert.equal(signal, "SIGKILL", said);
  }
}

/** A device of somebody else on this computer. */
async function foreignLoop(t: TestContext): Promise<LoopDevice> {
  const directory = await mkdtemp(join(tmpdir(), "runctl-foreign-"));
  t.after(() => rm(directory, { recursive: true }));
  const file = join(directory, "file");
  await runProgram("truncate", ["--size", "1M", file]);
  return loopOf(t, file);
}

async function loopOf(t: TestContext, file: string): Promise<LoopDevice> {
  const { stdout } = await runProgram("losetup", ["--find", "--show", file]);
  const found = await loopDevice(Number(stdout.trim().slice("/dev/loop".length)));
  assert.equal(found?.backingFile, file);
  t.after(() => freeLoopDevices([found]));
  return found;
}

function volumeFile(cloud: KernelCloud, volume: string): string {
  return join(cloud.stateDirectory, "disks/volumes", `${volume}.img`);
}

function attach(cloud: KernelCloud, volume: string): Promise<void> {
  const attachment = { volumeId: volume, deviceName: "/dev/sdf" };
  return cloud.backend.attachDisk(machine.instanceId, attachment);
}

function firstDisk({ stateDirectory }: KernelCloud): string {
  return join(stateDirectory, "machines", machine.instanceId, "devices/dev/nvme0n1");
}

/** The machine's first disk becomes a name of this number. */
async function nameDisk(cloud: KernelCloud, number: number): Promise<void> {
  const numbers = join(firstDisk(cloud), "../../numbers");
  const [old] = await readdir(numbers).catch(() => []);
  if (old !== undefined) await rename(join(numbers, old), join(numbers, `7:${number}`));
  await rm(firstDisk(cloud), { force: true });
  await runProgram("mknod", [firstDisk(cloud), "b", "7", `${number}`]);
}
