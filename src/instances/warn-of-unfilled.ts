import type { AwsVolume } from "../aws/volumes.ts";
import { tagKeys } from "../tags.ts";
import { describeBriefly } from "../volumes/owned-volumes.ts";

/**
 * That a volume does not hold all of its source, with the line that completes it; undefined where it does, or has none.
 * One that was filled and verified and has been written to since is complete: its progress still says so.
 */
export function warnOfUnfilled(volume: AwsVolume): string | undefined {
  const { tags, volumeId } = volume;
  const source = tags[tagKeys.source];
  const progress = tags[tagKeys.progress];
  const isComplete = tagKeys.manifest in tags || /^100% .* verified$/.test(progress ?? "");
  if (source === undefined || isComplete) return undefined;
  const soFar = progress === undefined ? "" : ` (${progress})`;
  return (
    `${describeBriefly(volume)} does not hold all of ${source} yet${soFar}; ` +
    `to complete it: runctl aws ebs pre-warm ${volumeId} ${source}`
  );
}
