import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { runProgram } from "../../src/run-program.ts";
import {
  kernelCloud,
  machineOf,
  servicesFor,
  skipReason as skip,
  viewOf,
  volumeId,
  whatIsLeft,
} from "./support/kernel-cloud.ts";

const machine = machineOf(1);
const userData = "#!/bin/sh\necho user data ran\n";
const services = servicesFor(() => viewOf(machine.instanceId, userData));

test("a machine outlives a killed server, and a new one takes it back", { skip }, async (t) => {
  const cloud = await kernelCloud(t);
  await killServer(cloud.stateDirectory, "booted");
  const token =
    "curl -s -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' 169.254.169.254/latest/api/token";
  assert.notEqual((await cloud.inside(machine, token)).exitCode, 0);

  assert.equal(await cloud.backend.adopt(machine, services), true);
  assert.equal(await cloud.backend.adopt(machine, services), true);

  assert.match((await cloud.inside(machine, token)).stdout, /^[\w-]{50,}$/);
  assert.equal(
    (await cloud.inside(machine, "curl -s 169.254.170.23:4566/x")).stdout,
    `${machine.instanceId} /x`,
  );
  const off = cloud.backend.whenOff(machine.instanceId);
  await cloud.backend.pressPowerButton(machine.instanceId);
  await off;
  assert.equal(await cloud.backend.adopt(machine, services), false);
});

test(
  "a server that is killed while a machine boots leaves nothing that cannot be cleaned away",
  { skip },
  async (t) => {
    for (const milliseconds of [5, 30, 60, 90, 120]) {
      const cloud = await kernelCloud(t);
      await killServer(cloud.stateDirectory, "booting", milliseconds);
      await cloud.backend.releaseAll();
      assert.deepEqual(await whatIsLeft(cloud.stateDirectory), []);
    }
  },
);

test(
  "a machine whose boot was interrupted boots when it is asked to again",
  { skip },
  async (t) => {
    const cloud = await kernelCloud(t);
    await killServer(cloud.stateDirectory, "booting", 60);
    await cloud.boot(1, { userData: "#!/bin/sh\necho second server\n" });
    await cloud.untilConsole(machine, "second server");
  },
);

test(
  "a loop device that a killed server made and gave to no machine is freed by the next one",
  { skip },
  async (t) => {
    const cloud = await kernelCloud(t);
    await cloud.boot(1);
    const before = await whatIsLeft(cloud.stateDirectory);
    const volume = volumeId(7);
    await cloud.backend.createDisk(volume, 1);
    const file = join(cloud.stateDirectory, "disks/volumes", `${volume}.img`);
    await runProgram("losetup", ["--find", file]);
    assert.notDeepEqual(await whatIsLeft(cloud.stateDirectory), before);

    await cloud.backend.freeStrays?.();

    assert.deepEqual(await whatIsLeft(cloud.stateDirectory), before);
    assert.equal((await cloud.inside(machine, "sync && echo alive")).stdout, "alive\n");
  },
);

test(
  "a server that stops serving leaves its machines on, and may serve them again",
  { skip },
  async (t) => {
    const cloud = await kernelCloud(t);
    await cloud.boot(1);
    await cloud.backend.stopServing?.();
    const ask = "curl -s -o /dev/null -w '%{http_code}' 169.254.169.254/latest/meta-data/";
    assert.equal((await cloud.inside(machine, ask)).stdout, "000");
    assert.equal(await cloud.backend.adopt(machine, services), true);
    assert.equal((await cloud.inside(machine, ask)).stdout, "401");
  },
);

test("two backends side by side leave each other's machines alone", { skip }, async (t) => {
  const [one, two] = [await kernelCloud(t), await kernelCloud(t)];
  const [first, second] = [await one.boot(1), await two.boot(1)];
  assert.deepEqual(first, second);

  await one.backend.releaseAll();

  assert.deepEqual(await whatIsLeft(one.stateDirectory), []);
  assert.ok(
    existsSync(join(one.stateDirectory, "disks.xfs")) ||
      existsSync(join(one.stateDirectory, "disks")),
  );
  assert.equal((await two.inside(second, "sync && echo alive")).stdout, "alive\n");
});

test("disks are kept when everything is released", { skip }, async (t) => {
  const cloud = await kernelCloud(t);
  await cloud.boot(1);
  await cloud.inside(machine, "echo kept >/root/file; sync");
  await cloud.backend.releaseAll();
  await cloud.boot(1);
  assert.equal((await cloud.inside(machine, "cat /root/file")).stdout, "kept\n");
});

/** Starts a server, and kills it `milliseconds` after it said `word`. */
async function killServer(stateDirectory: string, word: string, milliseconds = 0): Promise<void> {
  const program = fileURLToPath(new URL("support/abandoned-server.ts", import.meta.url));
  const server = spawn(process.execPath, [program, stateDirectory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = once(server, "exit");
  let said = "";
  for await (const text of server.stdout) {
    said += String(text);
    if (said.includes(`${word}\n`)) break;
  }
  await delay(milliseconds);
  server.kill("SIGKILL");
  await exit;
}
