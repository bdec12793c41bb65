// disk-mover.ts STATE_DIRECTORY: a server that moves two disks between two machines until it is killed. Whatever it
// finds on a disk must be what it wrote there; it says "foreign" and ends when it is not. Says which disk it has written.
import { open } from "node:fs/promises";
import { join } from "node:path";
import { createKernelBackend } from "../../../src/local-cloud/hosts/kernel-backend.ts";
import { machineOf, servicesFor, volumeId } from "./kernel-cloud.ts";

const stateDirectory = process.argv[2]!;
const backend = createKernelBackend({ stateDirectory });
const machines = [machineOf(1), machineOf(2)];
const volumes = [volumeId(1), volumeId(2)];
const services = servicesFor(() => undefined);

for (const volume of volumes) await backend.createDisk(volume, 1);
await backend.freeStrays?.();
for (const machine of machines) await backend.adopt(machine, services);
await Promise.all(volumes.map(move));

async function move(volume: string): Promise<void> {
  for (;;) {
    for (const { instanceId } of machines) {
      await backend.attachDisk(instanceId, { volumeId: volume, deviceName: "/dev/sdf" });
      await writeOwnMark(instanceId, volume);
      await backend.detachDisk(instanceId, volume, { force: false });
    }
  }
}

async function writeOwnMark(instanceId: string, volume: string): Promise<void> {
  const byId = `nvme-Amazon_Elastic_Block_Store_${volume.replace("-", "")}`;
  const path = join(stateDirectory, "machines", instanceId, "devices/dev/disk/by-id", byId);
  const disk = await open(path, "r+");
  const own = Buffer.alloc(4096, `${stateDirectory} ${volume} `);
  const { buffer: found } = await disk.read(Buffer.alloc(4096), 0, 4096, 0);
  if (!found.equals(own) && !found.equals(Buffer.alloc(4096))) {
    process.stdout.write(`foreign: ${found.subarray(0, 100).toString()} on ${volume}\n`);
    process.exit(1);
  }
  await disk.write(own, 0, own.length, 0);
  await disk.datasync();
  await disk.close();
  process.stdout.write(`${volume}\n`);
}
