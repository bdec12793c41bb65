import type { Aws } from "../aws/connect.ts";
import { type AwsVolume, describeVolumes } from "../aws/volumes.ts";
import { isManaged, tagKeys } from "../tags.ts";

/** Made by runctl: tags are only ever put at birth, so that nobody's volume becomes ours by mistake. */
export function isOwned(volume: AwsVolume): boolean {
  return isManaged(volume);
}

/** Born in an operation whose last step is still to come. */
export function isUnfinished(volume: AwsVolume): boolean {
  return tagKeys.unfinished in volume.tags;
}

export function nameOf(volume: AwsVolume): string | undefined {
  return volume.tags[tagKeys.name] || undefined;
}

/** As people speak of it: `training-datasets (vol-…)`, or the id alone. */
export function describeBriefly(volume: AwsVolume): string {
  const name = nameOf(volume);
  return name ? `${name} (${volume.volumeId})` : volume.volumeId;
}

/** Whether the volume is there and stays: neither being deleted nor gone. */
export function isPresent(volume: AwsVolume): boolean {
  return volume.state !== "deleting" && volume.state !== "deleted";
}

/** The region's volumes that runctl made, without those that are being deleted. */
export async function ownedVolumes(aws: Aws): Promise<AwsVolume[]> {
  const volumes = await describeVolumes(aws, {
    filters: [{ Name: `tag:${tagKeys.managed}`, Values: ["true"] }],
  });
  return volumes.filter(isPresent);
}
