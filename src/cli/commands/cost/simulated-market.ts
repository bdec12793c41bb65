import { nearestType } from "./instance-limits.ts";
import { RunctlError } from "../../../errors.ts";
import { v100Pools } from "../../../facts/spot-pools.ts";
import { spotPrices, spotPricesAsOf, spotPricesSource } from "../../../facts/spot-prices.ts";
import type { MarketSource } from "../../../simulation/experiment.ts";
import { mergeTraces } from "../../../simulation/import-trace.ts";
import type { MarketTerms } from "../../../simulation/market.ts";
import { dayMs, hourMs, regionOf, type SpotTrace } from "../../../simulation/spot-trace.ts";
import { calibrateRegion } from "../../../simulation/synthetic-trace.ts";
import { onDemandPrice } from "./machine-price.ts";
import { readTrace } from "./read-trace.ts";
import type { Assumed, SimulateInput } from "./simulate-input.ts";

export interface SimulatedMarket {
  source: MarketSource;
  terms: MarketTerms;
  zones: readonly string[];
  tickMs: number;
  assumed: Assumed[];
}

/** Histories of this length are made up. */
const syntheticMs = 30 * dayMs;

interface Place {
  region: string;
  instanceType: string;
}

/** @throws RunctlError NOT_FOUND, USAGE: no file, no trace, no such zone, no price. */
export async function simulatedMarket(
  input: SimulateInput,
  place: Place,
): Promise<SimulatedMarket> {
  if (input.trace.length > 0) return fromTrace(input, place);
  return madeUp(input, place);
}

async function fromTrace(input: SimulateInput, place: Place): Promise<SimulatedMarket> {
  const { traceOnes: sign, tick } = input;
  const tickSeconds = tick === undefined ? undefined : tick / 1000;
  const traces = await Promise.all(
    input.trace.map((path) => readTrace(path, { sign, tickSeconds })),
  );
  const merged = mergeTraces(traces);
  const trace = priced(onlyZones(merged, zonesWanted(merged, input, place)), input);
  const { blocks } = input;
  const source: MarketSource = blocks
    ? { kind: "blocks", trace, blockMs: blocks, lengthMs: trace.lengthMs }
    : { kind: "trace", trace };
  const { terms, assumed } = prices(input, place, trace);
  const days = (trace.lengthMs / dayMs).toFixed(1);
  assumed.unshift({
    what: "spot capacity",
    value: `${trace.zones.map(({ zone }) => zone).join(" ")}, ${days} days`,
    origin: trace.origin,
  });
  if (blocks)
    assumed.push({
      what: "histories",
      value: `blocks of ${blocks / hourMs} h`,
      origin: "--blocks",
    });
  if (trace.kind === "probe" && terms.gang > 1)
    assumed.push({
      what: "room for the gang",
      value: "as for one machine",
      origin: "the trace probed one launch: take one that probed as many, or counts",
    });
  return {
    source,
    terms,
    assumed,
    tickMs: trace.tickMs,
    zones: trace.zones.map(({ zone }) => zone),
  };
}

/** Data in S3 is in one region: a job follows capacity within it, unless zones are named. */
function zonesWanted(trace: SpotTrace, { zone }: SimulateInput, { region }: Place): string[] {
  if (zone.length > 0) return zone;
  const regions = [...new Set(trace.zones.map((one) => regionOf(one.zone)))];
  const chosen = regions.includes(region) ? region : regions[0];
  return trace.zones.map((one) => one.zone).filter((name) => regionOf(name) === chosen);
}

function onlyZones(trace: SpotTrace, wanted: readonly string[]): SpotTrace {
  if (wanted.length === 0) return trace;
  const names = trace.zones.map(({ zone }) => zone);
  const unknown = wanted.find((zone) => !names.includes(zone));
  if (unknown !== undefined)
    throw new RunctlError("USAGE", `the trace has no zone ${unknown}`, {
      hint: `it has ${names.join(", ")}`,
    });
  return { ...trace, zones: trace.zones.filter(({ zone }) => wanted.includes(zone)) };
}

/** A price that was given is that of all zones. */
function priced(trace: SpotTrace, { spotPrice }: SimulateInput): SpotTrace {
  if (spotPrice === undefined) return trace;
  return { ...trace, zones: trace.zones.map((zone) => ({ ...zone, prices: undefined })) };
}

function madeUp(input: SimulateInput, place: Place): SimulatedMarket {
  const known = v100Pools.find(({ region }) => region === place.region);
  const pool = known ?? v100Pools[0]!;
  const kind = input.lifetimes ?? "measured";
  const calibrated = calibrateRegion(pool, kind);
  const zones = calibrated.zones.filter(
    ({ zone }) => input.zone.length === 0 || input.zone.includes(zone),
  );
  if (zones.length === 0)
    throw new RunctlError("USAGE", `${pool.region} is made up without a zone ${input.zone[0]}`, {
      hint: `it has ${calibrated.zones.map(({ zone }) => zone).join(", ")}`,
    });
  const { terms, assumed } = prices(input, place, undefined);
  assumed.unshift({
    what: "spot capacity",
    value: `made up, ${zones.length} zones of ${pool.region}, lifetimes ${kind}`,
    origin: known
      ? "V100 probes of 2023; --trace FILE replays a record"
      : `V100 probes of 2023, as there are none of ${place.region}`,
  });
  return {
    source: { kind: "synthetic", region: { ...calibrated, zones }, lengthMs: syntheticMs },
    terms,
    assumed,
    tickMs: 0,
    zones: zones.map(({ zone }) => zone),
  };
}

function prices(input: SimulateInput, place: Place, trace: SpotTrace | undefined) {
  const onDemand = onDemandTerm(input, place, trace);
  const spot = spotTerm(input, place, trace);
  const terms: MarketTerms = {
    gang: input.nodes ?? 1,
    onDemandUsdPerHour: onDemand.usdPerHour,
    spotUsdPerHour: spot.usdPerHour,
  };
  return { terms, assumed: [line("spot", spot), line("on demand", onDemand)] };
}

const line = (what: string, { usdPerHour, origin }: Term): Assumed => ({
  what,
  value: usdPerHour === undefined ? "as it was in each zone" : `${usdPerHour} USD/h`,
  origin,
});

interface Term {
  usdPerHour: number | undefined;
  origin: string;
}

function onDemandTerm(
  { onDemandPrice: given }: SimulateInput,
  { region, instanceType }: Place,
  trace: SpotTrace | undefined,
) {
  if (given !== undefined) return { usdPerHour: given, origin: "--on-demand-price" };
  const own = trace?.onDemandUsdPerHour;
  if (own !== undefined) return { usdPerHour: own, origin: "the trace" };
  const listed = onDemandPrice(instanceType, region);
  if (listed !== undefined) return { usdPerHour: listed, origin: `price table, ${instanceType}` };
  throw new RunctlError("USAGE", `no on-demand price is known for ${instanceType} in ${region}`, {
    hint: nearestType(instanceType) ?? "give --on-demand-price",
  });
}

function spotTerm(
  { spotPrice: given }: SimulateInput,
  { region, instanceType }: Place,
  trace: SpotTrace | undefined,
): Term {
  if (given !== undefined) return { usdPerHour: given, origin: "--spot-price" };
  if (trace?.zones.every((zone) => zone.prices))
    return { usdPerHour: undefined, origin: "the trace" };
  const known = spotPrices[instanceType]?.[region]?.toSorted((a, b) => a - b);
  const median = known?.[Math.floor((known.length - 1) / 2)];
  const origin = `median zone, ${spotPricesSource} of ${spotPricesAsOf}, ${instanceType}`;
  if (median !== undefined) return { usdPerHour: median, origin };
  throw new RunctlError("USAGE", `no spot price is known for ${instanceType} in ${region}`, {
    hint: "give --spot-price",
  });
}
