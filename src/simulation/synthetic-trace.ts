import type { RegionPool } from "../facts/spot-pools.ts";
import { drawLifetimeMs, type Lifetime } from "./lifetime.ts";
import { derivedSeed, uniform } from "./random.ts";
import { dayMs, hourMs, type SpotTrace, zoneFromRuns } from "./spot-trace.ts";
import { unionOf } from "./trace-statistics.ts";

/**
 * A made-up region: each zone has capacity when its own process and that of the region both have. The common process
 * is what makes zones fail together: without it a second zone would look far better than it is.
 */
export interface SyntheticRegion {
  origin: string;
  zones: readonly SyntheticZone[];
  /** Undefined: zones are independent. */
  common: Alternating | undefined;
}

interface SyntheticZone {
  zone: string;
  own: Alternating;
}

/** Up and down in turns. */
interface Alternating {
  up: Lifetime;
  down: Lifetime;
}

export type LifetimeKind = Lifetime["kind"];

/**
 * Calibrates a region to published statistics: availability and preemptions of each zone, availability of the region,
 * and how often another zone is up at a preemption. Waits and what follows from them are not fitted; the tests compare
 * them with what was measured.
 */
export function calibrateRegion(
  pool: RegionPool,
  kind: LifetimeKind = "measured",
): SyntheticRegion {
  const count = pool.zones.length;
  const { meanZone, anyZone } = pool.availability;
  const commonAvailability = count > 1 ? solveCommon(meanZone, anyZone, count) : 1;
  const ownMean = meanZone / commonAvailability;
  // At an own failure of one zone another is up unless all others are down too; at a common one, none is.
  const ownShare = Math.min(1, pool.otherUpAtPreemption / (1 - (1 - ownMean) ** (count - 1)));
  const upHours = pool.zones.reduce((sum, { availability }) => sum + availability * 720, 0);
  const losses = pool.zones.reduce(
    (sum, { preemptionsPer30Days }) => sum + preemptionsPer30Days,
    0,
  );
  const commonRate = ((1 - ownShare) * losses) / upHours;
  const hasCommon = commonAvailability < 1 && commonRate > 0;
  return {
    origin: `made up after the published statistics of ${pool.region} (V100 probes, 2023)`,
    common: hasCommon ? alternating(1 / commonRate, commonAvailability, kind) : undefined,
    zones: pool.zones.map(({ zone, availability, preemptionsPer30Days }) => {
      const own = Math.min(0.999, availability / (hasCommon ? commonAvailability : 1));
      const lossRate = preemptionsPer30Days / (availability * 720);
      const ownRate = Math.max(lossRate / 10, lossRate - (hasCommon ? commonRate : 0));
      return { zone, own: alternating(1 / ownRate, own, kind) };
    }),
  };
}

function alternating(upHours: number, availability: number, kind: LifetimeKind): Alternating {
  const downHours = (upHours * (1 - availability)) / availability;
  return { up: lifetimeOf(kind, upHours), down: lifetimeOf(kind, downHours) };
}

/** Heavy tails like those of the pooled spells: standard deviation 3.2 times the mean. */
const pooledCv = 3.2;

function lifetimeOf(kind: LifetimeKind, meanHours: number): Lifetime {
  const meanMs = meanHours * hourMs;
  if (kind === "hyperexponential") return { kind, meanMs, cv: pooledCv };
  // A shape of 0.42 has a standard deviation of 3 times the mean.
  if (kind === "weibull") return { kind, meanMs, shape: 0.42 };
  return { kind, meanMs };
}

/** A with A (1 - (1 - mean/A)^n) = any: zones that are independent given the common process. */
function solveCommon(meanZone: number, anyZone: number, count: number): number {
  let low = Math.max(meanZone, anyZone);
  let high = 1;
  if (1 - (1 - meanZone) ** count <= anyZone) return 1;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    const any = middle * (1 - (1 - meanZone / middle) ** count);
    if (any < anyZone) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** One history of the region, `lengthMs` long; another for every seed. */
export function synthesize(region: SyntheticRegion, lengthMs: number, seed: number): SpotTrace {
  const common = region.common && downTimes(region.common, lengthMs, derivedSeed(seed, 0));
  return {
    zones: region.zones.map(({ zone, own }, at) => {
      const down = downTimes(own, lengthMs, derivedSeed(seed, at + 1));
      return zoneFromRuns(zone, runsOf(common ? [...down, ...common] : down, lengthMs));
    }),
    lengthMs,
    tickMs: 0,
    kind: "probe",
    onDemandUsdPerHour: undefined,
    origin: `${region.origin}, seed ${seed}`,
  };
}

/** What lies before the start: long enough that nobody knows any more how it began. */
const warmUpMs = 60 * dayMs;

/** Intervals without capacity, whole ms, at least one long. */
function downTimes({ up, down }: Alternating, lengthMs: number, seed: number): Interval[] {
  const intervals: Interval[] = [];
  let atMs = -warmUpMs;
  for (let n = 0; atMs < lengthMs; n += 1) {
    const isDown = n % 2 === 1;
    const share = uniform(seed, n, 0);
    const ms = drawLifetimeMs(isDown ? down : up, share, uniform(seed, n, 1));
    const end = atMs + Math.max(1, Math.round(ms));
    if (isDown && end > 0) intervals.push([Math.max(0, atMs), Math.min(end, lengthMs)]);
    atMs = end;
  }
  return intervals;
}

type Interval = [fromMs: number, toMs: number];

function runsOf(
  down: readonly Interval[],
  lengthMs: number,
): Array<[capacity: number, ms: number]> {
  const merged = unionOf([
    {
      upMs: Float64Array.from(down, ([from]) => from),
      downMs: Float64Array.from(down, ([, to]) => to),
    },
  ]);
  const runs: Array<[number, number]> = [];
  let atMs = 0;
  for (const [at, from] of merged.upMs.entries()) {
    const to = merged.downMs[at] ?? lengthMs;
    runs.push([1, from - atMs], [0, to - from]);
    atMs = to;
  }
  return [...runs, [1, lengthMs - atMs]];
}
