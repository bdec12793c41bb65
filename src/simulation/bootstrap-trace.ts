import { uniform } from "./random.ts";
import { firstAfter } from "./sorted-list.ts";
import { hourMs, pricesFromRuns, type SpotTrace, zoneFromRuns } from "./spot-trace.ts";

/**
 * A new history from pieces of a measured one: blocks of `blockMs`, drawn with replacement, the same for all zones, so
 * that what happens close together in time and place stays together.
 */
export function bootstrapTrace(
  trace: SpotTrace,
  lengthMs: number,
  blockMs: number,
  seed: number,
): SpotTrace {
  const block = Math.min(blockMs, trace.lengthMs);
  const starts = Array.from({ length: Math.ceil(lengthMs / block) }, (_, at) =>
    Math.floor(uniform(seed, at, 0) * (trace.lengthMs - block + 1)),
  );
  return {
    ...trace,
    lengthMs,
    origin: `${trace.origin}, blocks of ${block / hourMs} h drawn anew, seed ${seed}`,
    zones: trace.zones.map((zone) => {
      const runs = starts.flatMap((from) =>
        piece(zone.changesMs, zone.capacity, from, from + block),
      );
      const { prices } = zone;
      const priceRuns =
        prices &&
        starts.flatMap((from) => piece(prices.fromMs, prices.usdPerHour, from, from + block));
      return zoneFromRuns(zone.zone, runs, priceRuns && pricesFromRuns(priceRuns));
    }),
  };
}

type Runs = Array<[value: number, ms: number]>;

/** What a piecewise constant series says from `fromMs` to `toMs`. */
function piece(
  changesMs: Float64Array,
  values: ArrayLike<number>,
  fromMs: number,
  toMs: number,
): Runs {
  const runs: Runs = [];
  for (let at = firstAfter(changesMs, fromMs) - 1; at < changesMs.length; at += 1) {
    const begin = Math.max(changesMs[at]!, fromMs);
    if (begin >= toMs) break;
    runs.push([values[at]!, Math.min(changesMs[at + 1] ?? toMs, toMs) - begin]);
  }
  return runs;
}
