import type { Aws } from "../../../../aws/connect.ts";
import type { AwsVolume } from "../../../../aws/volumes.ts";
import { tagKeys } from "../../../../tags.ts";
import { allowAccess } from "../../../../volumes/allow-access.ts";
import { isOwned } from "../../../../volumes/owned-volumes.ts";
import type { Context } from "../../../context.ts";

/**
 * Asks before a volume that runctl did not make is used, once for each volume.
 *
 * @returns the volume, which runctl's instances may attach now.
 * @throws RunctlError CONFIRMATION_NEEDED
 */
export async function confirmAccess(
  aws: Aws,
  volume: AwsVolume,
  context: Context,
): Promise<AwsVolume> {
  if (isOwned(volume) || volume.tags[tagKeys.access] === "true") return volume;
  await context.confirm(`let runctl's instances use ${volume.volumeId}?`, [
    "runctl did not make this volume",
    "it gets the tag runctl:access, and is never formatted, deleted or cleaned up",
  ]);
  await allowAccess(aws, volume);
  return { ...volume, tags: { ...volume.tags, [tagKeys.access]: "true" } };
}
