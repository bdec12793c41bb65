import { putTags, removeTags } from "../aws/tags.ts";
import { findVolumeById } from "../aws/volumes.ts";
import type { VolumeSpec } from "../launch-spec.ts";
import { isManaged, tagKeys } from "../tags.ts";
import type { Agent } from "./agent.ts";
import { detachVolume } from "./detach-volume.ts";
import { unmountVolume } from "./unmount-volume.ts";

/** Unmounts and detaches a volume, so that the next instance can have it. Nothing happens for one that is free already. */
async function releaseVolume(
  agent: Agent,
  { volumeId }: Pick<VolumeSpec, "volumeId">,
  options: { deadlineMs: number; killHolders: boolean },
): Promise<void> {
  const { log, clock } = agent;
  await unmountVolume(volumeId, { clock, log, ...options });
  log.moment("unmounted", { volumeId });
  await detachVolume(agent, volumeId, options.deadlineMs);
  log.moment("detached", { volumeId });
  await tagFree(agent, volumeId).catch((error: Error) => log.note(error.message));
}

async function tagFree({ aws, clock }: Agent, volumeId: string): Promise<void> {
  const volume = await findVolumeById(aws, volumeId);
  if (!volume || !isManaged(volume)) return;
  await removeTags(aws, volumeId, [tagKeys.usedBy]);
  await putTags(aws, volumeId, { [tagKeys.lastUsed]: new Date(clock.now()).toISOString() });
}

/** All volumes of the spec, side by side. @returns what could not be released, as sentences. */
export async function releaseVolumes(
  agent: Agent,
  options: { deadlineMs: number; killHolders: boolean },
): Promise<string[]> {
  const results = await Promise.allSettled(
    agent.spec.volumes.map((volume) => releaseVolume(agent, volume, options)),
  );
  return results.flatMap((result) =>
    result.status === "rejected" ? [(result.reason as Error).message] : [],
  );
}
