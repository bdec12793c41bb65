import assert from "node:assert/strict";
import { test } from "node:test";
import {
  initPid,
  kernelCloud,
  skipReason as skip,
  volumeId,
  type KernelCloud,
} from "./support/kernel-cloud.ts";

const data = volumeId(1);

for (const fileSystem of ["ext4", "xfs"]) {
  test(
    `a power cut keeps what was synced to ${fileSystem} and loses the rest`,
    { skip },
    async (t) => {
      const cloud = await kernelCloud(t);
      const files = await filesAfter(cloud, fileSystem, (id) => cloud.backend.cutPower(id));
      assert.deepEqual(files, { data: ["synced"], root: ["synced"] });
    },
  );
}

// Shows that the test above can tell the difference.
test("killing a machine without the power cut would keep everything", { skip }, async (t) => {
  const cloud = await kernelCloud(t);
  const files = await filesAfter(cloud, "ext4", async (id) => {
    process.kill(await initPid(cloud.stateDirectory, id), "SIGKILL");
    await cloud.backend.whenOff(id);
  });
  assert.deepEqual(files, { data: ["synced", "unsynced"], root: ["synced", "unsynced"] });
});

test("a power cut asks nobody, and ends a machine that does not listen", { skip }, async (t) => {
  const cloud = await kernelCloud(t);
  const userData =
    "#!/bin/sh\ntrap '' TERM\ntrap 'echo asked' TERM\necho started\nwhile :; do sleep 0.05; done\n";
  const machine = await cloud.boot(1, { userData });
  await cloud.untilConsole(machine, "started");
  const off = cloud.backend.whenOff(machine.instanceId);
  await cloud.backend.cutPower(machine.instanceId);
  await off;
  assert.doesNotMatch(await cloud.console(machine), /asked|shutting down/);
  await cloud.backend.cutPower(machine.instanceId);
});

/** What is on the data disk and the root disk after files were written, one synced, and the machine ended. */
async function filesAfter(
  cloud: KernelCloud,
  fileSystem: string,
  end: (instanceId: string) => Promise<void>,
) {
  await cloud.backend.createDisk(data, 1);
  const machine = await cloud.boot(1, { volumes: [data] });
  await cloud.inside(
    machine,
    `mkfs.${fileSystem} -q /dev/nvme1n1; mkdir /mnt/data /root/work; mount /dev/nvme1n1 /mnt/data; sync
    for directory in /mnt/data /root/work; do echo one >$directory/synced; done; sync
    for directory in /mnt/data /root/work; do echo two >$directory/unsynced; done`,
  );
  await end(machine.instanceId);

  await cloud.backend.boot(machine, cloud.services);
  const { stdout } = await cloud.inside(
    machine,
    "mount /dev/nvme1n1 /mnt/data; cd /mnt/data; echo $(ls | grep sync); cd /root/work; echo $(ls)",
  );
  const [onData = "", onRoot = ""] = stdout.split("\n");
  return { data: onData.split(" "), root: onRoot.split(" ") };
}
