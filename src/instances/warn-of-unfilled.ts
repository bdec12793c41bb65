import type { AwsVolume } from "../aws/volumes.ts";
import { tagKeys } from "../tags.ts";
import { describeBriefly } from "../volumes/owned-volumes.ts";

/**
 * Whether the volume was filled from its source and verified, with whatever was written to it since: its progress
 * still says so.
 */
export function wasFilled({ tags }: Pick<AwsVolume, "tags">): boolean {
  return tagKeys.manifest in tags || /^100% .* verified$/.test(tags[tagKeys.progress] ?? "");
}

/**
 * That a volume does not hold all of its source, with the line that completes it; undefined where it does, or has none.
 */
export function warnOfUnfilled(volume: AwsVolume): string | undefined {
  const { tags, volumeId } = volume;
  const source = tags[tagKeys.source];
  const progress = tags[tagKeys.progress];
  if (source === undefined || wasFilled(volume)) return undefined;
  const soFar = progress === undefined ? "" : ` (${progress})`;
  return (
    `${describeBriefly(volume)} does not hold all of ${source} yet${soFar}; ` +
    `to complete it: runctl aws ebs pre-warm ${volumeId} ${source}`
  );
}
