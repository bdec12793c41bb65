import type { Ec2 } from "./ec2.ts";
import { beginOwnEnd, driveInstance, machineOf, watch } from "./instance-life.ts";
import { driveInterruption } from "./interrupt.ts";
import type { InstanceRow } from "./rows.ts";
import { driveSnapshot } from "./snapshots.ts";
import { driveAttachment, driveVolume } from "./volume-life.ts";

/**
 * Goes on where an earlier server was killed: what the rows say is under way is driven on. A machine that is off
 * though its row says running was lost with its host, and is treated as switched off from inside.
 */
export async function resume(ec2: Ec2): Promise<void> {
  await ec2.backend.freeStrays?.();
  for (const row of ec2.instances.all()) await resumeInstance(ec2, row);
  for (const volume of ec2.volumes.all()) {
    // The disks of a launch are made by the boot of its instance.
    if (volume.attachments.length === 0) driveVolume(ec2, volume.volumeId);
    for (const { instanceId } of volume.attachments) {
      driveAttachment(ec2, volume.volumeId, instanceId);
    }
  }
  for (const { snapshotId } of ec2.snapshots.all()) driveSnapshot(ec2, snapshotId);
}

async function resumeInstance(ec2: Ec2, row: InstanceRow): Promise<void> {
  if (row.state === "running") {
    if (await ec2.backend.adopt(machineOf(ec2, row), ec2.guestServices)) {
      watch(ec2, row.instanceId);
      driveInterruption(ec2, row.instanceId);
      return;
    }
    beginOwnEnd(ec2, row);
  }
  // On its way out, a machine that is still on must be known to the host before it can be asked to go.
  if (row.state === "stopping" || row.state === "shutting-down") {
    await ec2.backend.adopt(machineOf(ec2, row), ec2.guestServices);
  }
  driveInstance(ec2, row.instanceId);
}
