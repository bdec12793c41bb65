import { monthlyUsd } from "./monthly-cost.ts";
import { ebsInOneZone, ebsInZones, hybrid, volumeClone } from "./plans/ebs.ts";
import { s3ToInstanceStore, s3ToTemporaryVolume } from "./plans/s3-copy.ts";
import { s3Express, s3Files, s3Stream } from "./plans/s3-direct.ts";
import { snapshotLazy, snapshotWithFastRestore, snapshotWithRate } from "./plans/snapshot.ts";
import { type PinnedVolume, volumesFor } from "./volume-choice.ts";
import type { PlanInput, StoragePlan } from "./storage-plan.ts";

export interface PlanQuestion extends Pick<PlanInput, "likely" | "rates"> {
  pinned: PinnedVolume;
  /** Zones with a volume, for plans that have several; undefined: one at home, and as many copies as are cheapest. */
  copies?: number;
}

/** Every plan that there is, each with the volume that makes it cheapest. */
export function storagePlans({ likely, rates, pinned, copies }: PlanQuestion): StoragePlan[] {
  const input = { likely, rates, volumes: volumesFor(likely, pinned) };
  return [
    s3ToInstanceStore(input),
    s3ToTemporaryVolume(input),
    s3Stream(input),
    s3Express(input),
    s3Files(input),
    ebsInOneZone(input),
    copies === undefined ? ebsInBestNumberOfZones(input) : ebsInZones(input, copies),
    hybrid(input, copies ?? 1),
    volumeClone(input),
    snapshotLazy(input),
    snapshotWithRate(input),
    snapshotWithFastRestore(input),
  ];
}

/** A second copy saves most of the waiting, further ones little: what is cheapest depends on the value of delay. */
function ebsInBestNumberOfZones(input: PlanInput): StoragePlan {
  const { likely } = input;
  let best = ebsInZones(input, Math.min(2, likely.zones));
  for (let zones = 3; zones <= likely.zones; zones += 1) {
    const more = ebsInZones(input, zones);
    if (monthlyUsd(more.cost(likely), likely) < monthlyUsd(best.cost(likely), likely)) best = more;
  }
  return best;
}
