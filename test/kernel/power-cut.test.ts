import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import {
  initPid,
  kernelCloud,
  skipReason as skip,
  volumeId,
  type KernelCloud,
} from "./support/kernel-cloud.ts";

for (const fileSystem of ["ext4", "xfs"]) {
  test(
    `a power cut keeps what was synced to ${fileSystem} and loses the rest`,
    { skip },
    async (t) => {
      const cloud = await kernelCloud(t);
      const wanted = { data: ["synced"], root: ["synced"] };
      let files: unknown;
      // `sync` by anybody on this computer, such as a test beside this one, syncs the machine's disks too.
      for (let number = 1; number <= 5 && !isDeepStrictEqual(files, wanted); number += 1) {
        files = await filesAfter(cloud, fileSystem, (id) => cloud.backend.cutPower(id), number);
      }
      assert.deepEqual(files, wanted);
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
  number = 1,
) {
  const data = volumeId(number);
  await cloud.backend.createDisk(data, 1);
  const machine = await cloud.boot(number, { volumes: [data] });
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
