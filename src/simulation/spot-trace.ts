/** Spot capacity of several zones over time, as it was measured or made up. Times are ms since the trace's start. */
export interface SpotTrace {
  zones: readonly ZoneTrace[];
  lengthMs: number;
  /** How often it was looked at; shorter outages are invisible. 0 for made-up traces, which have none. */
  tickMs: number;
  /** `probe`: whether one launch succeeded (capacity 0 or 1). `count`: how many instances launched. */
  kind: "probe" | "count";
  onDemandUsdPerHour: number | undefined;
  /** Where it came from, for every output that rests on it. */
  origin: string;
}

export interface ZoneTrace {
  zone: string;
  /** Where capacity changes: ascending, beginning with 0. */
  changesMs: Float64Array;
  /** Instances to be had from `changesMs[i]` on; neighbours differ. */
  capacity: Int32Array;
  prices: PriceSeries | undefined;
}

/** Piecewise constant. */
export interface PriceSeries {
  fromMs: Float64Array;
  usdPerHour: Float64Array;
}

/** When a zone has room for `gang` instances at once: `[upMs[i], downMs[i])`, ascending. */
export interface Spells {
  upMs: Float64Array;
  downMs: Float64Array;
}

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** Where capacity is at least `gang`. A spell that reaches the end of the trace ends there. */
export function spellsOf(trace: ZoneTrace, lengthMs: number, gang = 1): Spells {
  const up: number[] = [];
  const down: number[] = [];
  let isUp = false;
  for (const [at, changeMs] of trace.changesMs.entries()) {
    const has = (trace.capacity[at] ?? 0) >= gang;
    if (has !== isUp) (has ? up : down).push(changeMs);
    isUp = has;
  }
  if (isUp) down.push(lengthMs);
  return { upMs: Float64Array.from(up), downMs: Float64Array.from(down) };
}

/** `us-east-1` of `us-east-1a`, `us-central1` of `us-central1-b`, `use1` of `use1-az4`. */
export function regionOf(zone: string): string {
  return /^(.+?\d)(?:-?[a-z]|-az\d+)(?:_.*)?$/.exec(zone)?.[1] ?? zone;
}

/** The zones of each region, in the order of the trace. */
export function zonesByRegion(trace: SpotTrace): Map<string, ZoneTrace[]> {
  return Map.groupBy(trace.zones, ({ zone }) => regionOf(zone));
}

/** Builds the changes from values that each hold for a time; equal neighbours become one. */
export function zoneFromRuns(
  zone: string,
  runs: Iterable<readonly [capacity: number, durationMs: number]>,
  prices?: PriceSeries,
): ZoneTrace {
  const changesMs: number[] = [];
  const capacity: number[] = [];
  let atMs = 0;
  for (const [value, durationMs] of runs) {
    if (durationMs > 0 && value !== capacity.at(-1)) {
      changesMs.push(atMs);
      capacity.push(value);
    }
    atMs += durationMs;
  }
  return {
    zone,
    changesMs: Float64Array.from(changesMs),
    capacity: Int32Array.from(capacity),
    prices,
  };
}

/** Builds a price series from values that each hold for a time. */
export function pricesFromRuns(
  runs: Iterable<readonly [usdPerHour: number, durationMs: number]>,
): PriceSeries {
  const fromMs: number[] = [];
  const usdPerHour: number[] = [];
  let atMs = 0;
  for (const [price, durationMs] of runs) {
    if (price !== usdPerHour.at(-1)) {
      fromMs.push(atMs);
      usdPerHour.push(price);
    }
    atMs += durationMs;
  }
  return { fromMs: Float64Array.from(fromMs), usdPerHour: Float64Array.from(usdPerHour) };
}

/** The same history in less time: `pace` times as fast; or slower, below 1. */
export function hastened(trace: SpotTrace, pace: number): SpotTrace {
  const sooner = (times: Float64Array) => times.map((atMs) => Math.round(atMs / pace));
  return {
    ...trace,
    lengthMs: Math.round(trace.lengthMs / pace),
    zones: trace.zones.map((zone) => ({
      ...zone,
      changesMs: sooner(zone.changesMs),
      prices: zone.prices && { ...zone.prices, fromMs: sooner(zone.prices.fromMs) },
    })),
  };
}
