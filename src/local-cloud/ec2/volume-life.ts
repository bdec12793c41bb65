import { busyPollMs } from "./delays.ts";
import { type Ec2, waitLikeAws } from "./ec2.ts";
import { findAttachment, updateAttachment } from "./volumes.ts";

/**
 * Does what the volume's row says is still to be done: makes or deletes its disk. Safe to call at any time,
 * and after a restart of the server for every volume.
 */
export function driveVolume(ec2: Ec2, volumeId: string): void {
  ec2.background.drive(volumeId, async () => {
    const volume = ec2.volumes.get(volumeId);
    if (volume?.state === "creating") await makeDisk(ec2, volumeId);
    if (volume?.state === "deleting") await removeDisk(ec2, volumeId);
  });
}

/** Makes the disk of a volume that is `creating`; on failure the volume ends in `error`. */
export async function makeDisk(ec2: Ec2, volumeId: string): Promise<void> {
  const wanted = ec2.volumes.get(volumeId);
  if (wanted?.state !== "creating") return;
  const state = await ec2.backend
    .createDisk(volumeId, wanted.sizeGiB, wanted.snapshotId)
    .then(() => "ready" as const)
    .catch((error: unknown) => {
      ec2.report(volumeId, error);
      return "error" as const;
    });
  await waitLikeAws(ec2, "createVolume");
  const now = ec2.volumes.get(volumeId);
  if (now?.state === "creating") ec2.volumes.put(volumeId, { ...now, state });
}

async function removeDisk(ec2: Ec2, volumeId: string): Promise<void> {
  await ec2.backend.deleteDisk(volumeId);
  await waitLikeAws(ec2, "deleteVolume");
  ec2.store.transaction(() => {
    ec2.volumes.delete(volumeId);
    ec2.tags.delete(volumeId);
  });
}

/** Finishes an attachment that is attaching or detaching. A stopped machine has nothing plugged in: the row is all. */
export function driveAttachment(ec2: Ec2, volumeId: string, instanceId: string): void {
  ec2.background.drive(`${volumeId} ${instanceId}`, async () => {
    const state = attachmentState(ec2, volumeId, instanceId);
    if (state === "attaching") await plugIn(ec2, volumeId, instanceId);
    if (state === "detaching" || state === "busy") await unplug(ec2, volumeId, instanceId);
  });
}

async function plugIn(ec2: Ec2, volumeId: string, instanceId: string): Promise<void> {
  const volume = ec2.volumes.get(volumeId);
  const attachment = volume && findAttachment(volume, instanceId);
  const machine = ec2.instances.get(instanceId)?.state;
  // A machine that is still booting gets its disks by its boot.
  if (!attachment || machine === "pending") return;
  if (machine === "running") {
    try {
      await ec2.backend.attachDisk(instanceId, { volumeId, deviceName: attachment.device });
    } catch (error) {
      ec2.report(volumeId, error);
      updateAttachment(ec2, volumeId, instanceId, () => undefined);
      return;
    }
  }
  await waitLikeAws(ec2, "attachVolume");
  updateAttachment(ec2, volumeId, instanceId, (present) =>
    present.state === "attaching" ? { ...present, state: "attached" } : present,
  );
}

/** Stays until the guest has unmounted the volume, force is asked for, or the machine is off. */
async function unplug(ec2: Ec2, volumeId: string, instanceId: string): Promise<void> {
  for (;;) {
    const volume = ec2.volumes.get(volumeId);
    const attachment = volume && findAttachment(volume, instanceId);
    if (!attachment) return;
    const state = ec2.instances.get(instanceId)?.state;
    // A machine that shuts down still has its disks: it unmounts them on its way out.
    const isOff = state === undefined || state === "stopped" || state === "terminated";
    const result = isOff
      ? "detached"
      : await ec2.backend.detachDisk(instanceId, volumeId, { force: attachment.force });
    if (result === "detached") break;
    updateAttachment(ec2, volumeId, instanceId, (present) => ({ ...present, state: "busy" }));
    await ec2.clock.sleep(busyPollMs, ec2.signal);
  }
  await waitLikeAws(ec2, "detachVolume");
  updateAttachment(ec2, volumeId, instanceId, () => undefined);
}

function attachmentState(ec2: Ec2, volumeId: string, instanceId: string): string | undefined {
  const volume = ec2.volumes.get(volumeId);
  return volume && findAttachment(volume, instanceId)?.state;
}
