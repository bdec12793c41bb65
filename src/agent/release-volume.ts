import { putTags, removeTags } from "../aws/tags.ts";
import type { VolumeSpec } from "../launch-spec.ts";
import { tagKeys } from "../tags.ts";
import type { Agent } from "./agent.ts";
import { detachVolume } from "./detach-volume.ts";
import { unmountVolume } from "./unmount-volume.ts";

/** Unmounts and detaches a volume, so that the next instance can have it. Nothing happens for one that is free already. */
async function releaseVolume(
  agent: Agent,
  { volumeId }: Pick<VolumeSpec, "volumeId">,
  options: { deadlineMs: number; killHolders: boolean },
): Promise<void> {
  const { aws, log, clock } = agent;
  await unmountVolume(volumeId, { clock, log, ...options });
  log.moment("unmounted", { volumeId });
  await detachVolume(agent, volumeId, options.deadlineMs);
  log.moment("detached", { volumeId });
  await removeTags(aws, volumeId, [tagKeys.usedBy])
    .then(() => putTags(aws, volumeId, { [tagKeys.lastUsed]: new Date(clock.now()).toISOString() }))
    .catch((error: Error) => log.note(error.message));
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
