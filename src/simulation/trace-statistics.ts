import {
  dayMs,
  hourMs,
  regionOf,
  type Spells,
  spellsOf,
  type SpotTrace,
  zonesByRegion,
} from "./spot-trace.ts";

export interface ZoneStatistics {
  zone: string;
  availability: number;
  /** Times that capacity went away: what the papers take for a preemption. */
  preemptions: number;
  preemptionsPer30Days: number;
  upHours: Distribution;
  downHours: Distribution;
}

interface Distribution {
  count: number;
  mean: number;
  median: number;
  p90: number;
  max: number;
}

/** What it costs to be bound to one zone; over all zones that have a neighbour in their region. */
export interface LockInStatistics {
  preemptions: number;
  /** P(another zone of the region has capacity) when one loses it. */
  otherUpAtPreemption: number;
  /** The same over the time in which a zone has none. */
  otherUpWhileDown: number;
  /** Mean hours from a preemption until capacity is back. */
  meanWaitHours: { locked: number; follow: number };
  /** Share of those waits that are longer than an hour. */
  waitOverAnHour: { locked: number; follow: number };
}

export function zoneStatistics(trace: SpotTrace, gang = 1): ZoneStatistics[] {
  return trace.zones.map((zone) => {
    const { upMs, downMs } = spellsOf(zone, trace.lengthMs, gang);
    const up = upMs.map((from, at) => (downMs[at] ?? 0) - from);
    const down = gapsBetween({ upMs, downMs }, trace.lengthMs);
    const preemptions = downMs.filter((atMs) => atMs < trace.lengthMs).length;
    return {
      zone: zone.zone,
      availability: up.reduce((sum, ms) => sum + ms, 0) / trace.lengthMs,
      preemptions,
      preemptionsPer30Days: (preemptions * 30 * dayMs) / trace.lengthMs,
      upHours: distribution(up),
      downHours: distribution(down),
    };
  });
}

/** The times without capacity, also those that the trace's ends cut. */
function gapsBetween({ upMs, downMs }: Spells, lengthMs: number): Float64Array {
  const from = [0, ...downMs];
  const to = [...upMs, lengthMs];
  return Float64Array.from(from.map((atMs, at) => (to[at] ?? 0) - atMs)).filter((ms) => ms > 0);
}

function distribution(ms: Float64Array): Distribution {
  const sorted = ms.map((value) => value / hourMs).toSorted();
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return {
    count: sorted.length,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    median: at(0.5),
    p90: at(0.9),
    max: at(1),
  };
}

/** Of the zones of one region, or without `region` of all that have neighbours. */
export function lockInStatistics(trace: SpotTrace, region?: string): LockInStatistics {
  const locked: number[] = [];
  const follow: number[] = [];
  let otherUp = 0;
  let downTotalMs = 0;
  let downOtherUpMs = 0;
  for (const [name, zones] of zonesByRegion(trace)) {
    if (zones.length < 2 || (region !== undefined && name !== region)) continue;
    const spells = zones.map((zone) => spellsOf(zone, trace.lengthMs));
    for (const [at, own] of spells.entries()) {
      const others = unionOf(spells.filter((_, index) => index !== at));
      for (const downMs of own.downMs) {
        if (downMs >= trace.lengthMs) continue;
        const back = nextUp(own, downMs);
        const elsewhere = nextUp(others, downMs);
        if (elsewhere === downMs) otherUp += 1;
        // A wait that the trace's end cuts counts with what was seen of it.
        locked.push(Math.min(back, trace.lengthMs) - downMs);
        follow.push(Math.min(back, elsewhere, trace.lengthMs) - downMs);
      }
      const ownUpMs = total(own);
      downTotalMs += trace.lengthMs - ownUpMs;
      downOtherUpMs += total(unionOf([own, others])) - ownUpMs;
    }
  }
  return {
    preemptions: locked.length,
    otherUpAtPreemption: otherUp / locked.length,
    otherUpWhileDown: downOtherUpMs / downTotalMs,
    meanWaitHours: { locked: mean(locked) / hourMs, follow: mean(follow) / hourMs },
    waitOverAnHour: { locked: overAnHour(locked), follow: overAnHour(follow) },
  };
}

/** Share of time in which at least one zone of the region has capacity. */
export function regionAvailability(trace: SpotTrace, region: string): number {
  const zones = trace.zones.filter(({ zone }) => regionOf(zone) === region);
  return total(unionOf(zones.map((zone) => spellsOf(zone, trace.lengthMs)))) / trace.lengthMs;
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const overAnHour = (ms: readonly number[]) => ms.filter((one) => one > hourMs).length / ms.length;

function total({ upMs, downMs }: Spells): number {
  return downMs.reduce((sum, end, at) => sum + end - (upMs[at] ?? 0), 0);
}

/** When capacity is there at or after `atMs`; Infinity for never. */
function nextUp({ upMs, downMs }: Spells, atMs: number): number {
  let low = 0;
  let high = downMs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((downMs[middle] ?? 0) > atMs) high = middle;
    else low = middle + 1;
  }
  const start = upMs[low];
  return start === undefined ? Infinity : Math.max(start, atMs);
}

/** When at least one of them is up. */
export function unionOf(all: readonly Spells[]): Spells {
  const edges = all
    .flatMap(({ upMs, downMs }) => [...upMs].map((from, at) => [from, downMs[at] ?? 0] as const))
    .toSorted((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [from, to] of edges) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return {
    upMs: Float64Array.from(merged, ([from]) => from),
    downMs: Float64Array.from(merged, ([, to]) => to),
  };
}
