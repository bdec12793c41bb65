import { leftWithTwoZones } from "../facts/zone-gain.ts";
import { type RegionPool, v100Pools } from "../facts/spot-pools.ts";
import { between, type Estimate, exactly } from "./estimate.ts";
import type { Situation } from "./situation.ts";

/** How spot capacity comes and goes for the job: what the advisor needs of a trace or of a published record. */
export interface Capacity {
  zones: Estimate;
  /** Losses per hour of running. */
  lossesPerHour: Estimate;
  /** Hours until the zone that was lost has capacity again. */
  lockedWaitHours: Estimate;
  /** Hours until any zone of the region has. */
  followWaitHours: Estimate;
}

/** The published record of the region; of all its regions together for one that it does not have. */
export function publishedCapacity(region: string): Capacity {
  const own = v100Pools.filter((pool) => pool.region === region);
  const where = own.length > 0 ? region : "other regions";
  return capacityOf(own.length > 0 ? own : v100Pools, `V100 probes of 2023, ${where}`);
}

/** No interruptions: what on-demand machines have. */
export const steadyCapacity = (zones: number): Capacity => ({
  zones: exactly(zones, "on demand"),
  lossesPerHour: exactly(0, "on demand"),
  lockedWaitHours: exactly(0, "on demand"),
  followWaitHours: exactly(0, "on demand"),
});

/** Likely values over all zones of the pools; low and high from the best and the worst zone. */
export function capacityOf(pools: readonly RegionPool[], origin: string): Capacity {
  const zones = pools.flatMap((pool) => pool.zones);
  const losses = zones.map((zone) => zone.preemptionsPer30Days);
  const upHours = zones.map((zone) => zone.availability * 720);
  const rates = losses.map((count, at) => count / (upHours[at] ?? 0));
  const waits = zones.map((zone) => zone.downMeanHours);
  const weighed = (of: (pool: RegionPool) => number) =>
    sum(pools.map((pool) => of(pool) * lossesOf(pool))) / sum(pools.map(lossesOf));
  return {
    zones: exactly(Math.round(zones.length / pools.length), origin),
    lossesPerHour: between(
      Math.min(...rates),
      sum(losses) / sum(upHours),
      Math.max(...rates),
      origin,
    ),
    lockedWaitHours: between(
      Math.min(...waits),
      weighed((pool) => pool.meanWaitHours.locked),
      Math.max(...waits),
      origin,
    ),
    followWaitHours: exactly(
      weighed((pool) => pool.meanWaitHours.follow),
      origin,
    ),
  };
}

const lossesOf = (pool: RegionPool) => sum(pool.zones.map((zone) => zone.preemptionsPer30Days));

/** Hours that a job waits whose data lie in `held` zones, of those in which it may run. */
export function waitHoursIn(held: number, situation: Situation): number {
  const { lockedWaitHours, followWaitHours, regionZones } = situation;
  const zones = Math.min(held, situation.zones);
  if (zones === 1) return lockedWaitHours;
  // Beyond two zones the rest is within the noise of the record.
  const left = zones === 2 && regionZones > 2 ? leftWithTwoZones : 0;
  return followWaitHours + left * (lockedWaitHours - followWaitHours);
}

/** Of a job whose data are in S3 or in a snapshot: any of its zones will do. */
export const waitHoursAnywhere = (situation: Situation) => waitHoursIn(situation.zones, situation);

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
