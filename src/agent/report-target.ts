import { findVolumeById } from "../aws/volumes.ts";
import { isManaged } from "../tags.ts";
import type { Agent } from "./agent.ts";

/**
 * What bears the tags that tell of a volume: the volume itself, or this instance for one of the user's own, which
 * gets no tag but the one that the user has confirmed.
 */
export async function reportTarget(
  { aws, instanceId }: Pick<Agent, "aws" | "instanceId">,
  volumeId: string,
): Promise<string> {
  const volume = await findVolumeById(aws, volumeId);
  return volume && isManaged(volume) ? volumeId : instanceId;
}
