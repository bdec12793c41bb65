import { chown, readdir, stat } from "node:fs/promises";
import { putTags, removeTags } from "../aws/tags.ts";
import type { AwsVolume } from "../aws/volumes.ts";
import type { VolumeSpec } from "../launch-spec.ts";
import { isManaged, tagKeys } from "../tags.ts";
import type { Agent } from "./agent.ts";
import { attachVolume } from "./attach-volume.ts";
import { ensureFilesystem } from "./ensure-filesystem.ts";
import { findDevice } from "./find-device.ts";
import { holdFormatLease } from "./format-lease.ts";
import { limitDirtyPages } from "./limit-dirty-pages.ts";
import type { LoginUser } from "./login-user.ts";
import { mountVolume } from "./mount-volume.ts";

/** What the slowest current type writes, where AWS names no throughput (AWS page "Amazon EBS volume types"). */
const usualMiBps = 125;

/** From the spec to a mounted volume: attach, find, format under the rule, mount, tag. May be run again at any point. */
export async function prepareVolume(
  agent: Agent,
  spec: VolumeSpec,
  place: number,
  signal: AbortSignal,
): Promise<void> {
  const { aws, instanceId, log, clock } = agent;
  const { volumeId, mount: mountPoint, readOnly } = spec;
  const volume = await attachVolume({ aws, instanceId, log, clock, signal }, spec, place);
  log.moment("attached", { volumeId });
  const device = await findDevice(volumeId, { clock, signal });
  // What was verified once may change from now on.
  if (!readOnly && tagKeys.manifest in volume.tags)
    await removeTags(aws, volumeId, [tagKeys.manifest]);
  const { outcome, type } = await ensureFilesystem({
    ...(await formatFacts(agent, volume)),
    wanted: spec.fileSystem,
    device,
    removeBlankTag: () => removeTags(aws, volumeId, [tagKeys.blank]),
  });
  if (outcome === "created") log.moment("formatted", { volumeId, type });
  await mountVolume({ volumeId, device, mountPoint, readOnly, type });
  if (!readOnly) {
    await giveEmptyTo(mountPoint, agent.user);
    log.note(await limitDirtyPages(device, volume.throughputMiBps ?? usualMiBps));
  }
  log.moment("mounted", { volumeId, device, mountPoint, readOnly });
  if (isManaged(volume)) await tagUse(agent, volumeId);
}

async function formatFacts(agent: Agent, volume: AwsVolume) {
  const hasBlankTag = volume.tags[tagKeys.blank] !== undefined;
  return {
    volumeId: volume.volumeId,
    hasBlankTag,
    isCopy: volume.snapshotId !== undefined || volume.sourceVolumeId !== undefined,
    multiAttach: volume.multiAttach,
    attachmentCount: volume.attachments.length,
    holdsLease:
      hasBlankTag && volume.multiAttach && (await holdFormatLease(agent, volume.volumeId)),
  };
}

/** A new file system belongs to root; its user shall be able to write to it. One with anything in it is left as it is. */
async function giveEmptyTo(mountPoint: string, user: LoginUser): Promise<void> {
  const { uid } = await stat(mountPoint);
  const names = await readdir(mountPoint);
  if (uid === 0 && names.every((name) => name === "lost+found"))
    await chown(mountPoint, user.uid, user.gid);
}

/** Tags for people; the attachment is what counts, so a failure is only said. */
async function tagUse({ aws, instanceId, log, clock }: Agent, volumeId: string): Promise<void> {
  const lastUsed = new Date(clock.now()).toISOString();
  await putTags(aws, volumeId, {
    [tagKeys.usedBy]: instanceId,
    [tagKeys.lastUsed]: lastUsed,
  }).catch((error: Error) => log.note(error.message));
}
