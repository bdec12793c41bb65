import { type Capacity, capacityOf } from "../../../cost/capacity.ts";
import { RunctlError } from "../../../errors.ts";
import type { RegionPool } from "../../../facts/spot-pools.ts";
import { regionOf, type SpotTrace } from "../../../simulation/spot-trace.ts";
import {
  lockInStatistics,
  regionAvailability,
  zoneStatistics,
} from "../../../simulation/trace-statistics.ts";

/**
 * How capacity came and went in one region of a trace, for as many machines at once.
 *
 * @throws RunctlError USAGE when the trace does not have the region.
 */
export function traceCapacity(trace: SpotTrace, region: string, nodes: number): Capacity {
  const zones = zoneStatistics(trace, nodes).filter(({ zone }) => regionOf(zone) === region);
  if (zones.length === 0) {
    const there = [...new Set(trace.zones.map(({ zone }) => regionOf(zone)))].join(", ");
    throw new RunctlError("USAGE", `the trace has no zone of ${region}`, {
      hint: `it has ${there}: give --in-region`,
    });
  }
  const lockIn = lockInStatistics(trace, region);
  const downHours = zones.map((zone) => zone.downHours.mean).filter(Number.isFinite);
  const meanDown = downHours.reduce((sum, one) => sum + one, 0) / Math.max(1, downHours.length);
  // A region of one zone has no neighbour to follow: it waits as it would anyway.
  const { locked, follow } = Number.isFinite(lockIn.meanWaitHours.locked)
    ? lockIn.meanWaitHours
    : { locked: meanDown, follow: meanDown };
  const pool: RegionPool = {
    region,
    zones: zones.map((zone) => ({
      zone: zone.zone,
      availability: zone.availability,
      preemptionsPer30Days: zone.preemptionsPer30Days,
      upMeanHours: zone.upHours.mean,
      upMedianHours: zone.upHours.median,
      downMeanHours: Number.isFinite(zone.downHours.mean) ? zone.downHours.mean : 0,
      downP90Hours: zone.downHours.p90,
    })),
    otherUpAtPreemption: lockIn.otherUpAtPreemption,
    otherUpWhileDown: lockIn.otherUpWhileDown,
    meanWaitHours: { locked, follow },
    availability: { meanZone: 0, anyZone: regionAvailability(trace, region) },
  };
  return capacityOf([pool], "--trace");
}
