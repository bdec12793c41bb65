import type { Aws } from "../aws/connect.ts";
import { putTags } from "../aws/tags.ts";
import type { AwsVolume } from "../aws/volumes.ts";
import { tagKeys } from "../tags.ts";

/**
 * Lets runctl's instances attach and detach a volume of the user's own. Only after the
 * user has confirmed it: the volume stays foreign and is never formatted, deleted or cleaned up.
 */
export async function allowAccess(aws: Aws, volume: AwsVolume): Promise<void> {
  if (volume.tags[tagKeys.access] === "true") return;
  await putTags(aws, volume.volumeId, { [tagKeys.access]: "true" });
}
