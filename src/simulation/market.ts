import { RunctlError } from "../errors.ts";
import { lastAtOrBefore } from "./sorted-list.ts";
import {
  hourMs,
  type PriceSeries,
  type Spells,
  spellsOf,
  type SpotTrace,
  zoneFromRuns,
  type ZoneTrace,
} from "./spot-trace.ts";

/** A trace as jobs of one gang size see it. Times are ms since its start. */
export interface Market {
  zones: readonly MarketZone[];
  lengthMs: number;
  onDemandUsdPerHour: number;
}

export interface MarketZone extends Spells {
  zone: string;
  price: PriceIntegral;
}

/** The price of one instance, and what it adds up to. */
interface PriceIntegral extends PriceSeries {
  /** US dollars from the start until `fromMs[i]`. */
  sumUsd: Float64Array;
}

export interface MarketTerms {
  gang: number;
  onDemandUsdPerHour: number;
  /** For zones whose trace has no prices. */
  spotUsdPerHour: number | undefined;
  /** On all spot prices; without it they are as they are. */
  spotPriceFactor?: number;
}

/** @throws RunctlError USAGE for a zone without any price. */
export function prepareMarket(trace: SpotTrace, terms: MarketTerms): Market {
  // Probes say only whether a launch went through: a gang is one unit with a trace of its own.
  const threshold = trace.kind === "count" ? terms.gang : 1;
  return {
    lengthMs: trace.lengthMs,
    onDemandUsdPerHour: terms.onDemandUsdPerHour,
    zones: trace.zones.map((zone) => ({
      zone: zone.zone,
      ...spellsOf(zone, trace.lengthMs, threshold),
      price: integrate(
        scaled(zone.prices ?? constantPrice(zone.zone, terms.spotUsdPerHour), terms),
      ),
    })),
  };
}

function constantPrice(zone: string, usdPerHour: number | undefined): PriceSeries {
  if (usdPerHour === undefined)
    throw new RunctlError("USAGE", `the trace has no spot price of ${zone}`, {
      hint: "give --spot-price",
    });
  return { fromMs: Float64Array.of(0), usdPerHour: Float64Array.of(usdPerHour) };
}

function scaled(prices: PriceSeries, { spotPriceFactor = 1 }: MarketTerms): PriceSeries {
  if (spotPriceFactor === 1) return prices;
  return { ...prices, usdPerHour: prices.usdPerHour.map((price) => price * spotPriceFactor) };
}

function integrate({ fromMs, usdPerHour }: PriceSeries): PriceIntegral {
  const sumUsd = new Float64Array(fromMs.length);
  for (let at = 1; at < fromMs.length; at += 1) {
    const heldMs = (fromMs[at] ?? 0) - (fromMs[at - 1] ?? 0);
    sumUsd[at] = (sumUsd[at - 1] ?? 0) + (heldMs / hourMs) * (usdPerHour[at - 1] ?? 0);
  }
  return { fromMs, usdPerHour, sumUsd };
}

/** What one instance costs from one time to another; the last price holds on. */
export function spotCostUsd({ price }: MarketZone, fromMs: number, toMs: number): number {
  if (price.fromMs.length === 1) return ((toMs - fromMs) / hourMs) * price.usdPerHour[0]!;
  return costUntil(price, toMs) - costUntil(price, fromMs);
}

export function spotPriceAt({ price }: MarketZone, atMs: number): number {
  return price.usdPerHour[price.fromMs.length === 1 ? 0 : lastAtOrBefore(price.fromMs, atMs)]!;
}

/** Of one instance, over time and zones. */
export function meanSpotUsdPerHour({ zones, lengthMs }: Market): number {
  const usd = zones.reduce((sum, zone) => sum + spotCostUsd(zone, 0, lengthMs), 0);
  return usd / zones.length / (lengthMs / hourMs);
}

function costUntil(price: PriceIntegral, atMs: number): number {
  const at = lastAtOrBefore(price.fromMs, atMs);
  return price.sumUsd[at]! + ((atMs - price.fromMs[at]!) / hourMs) * price.usdPerHour[at]!;
}

/** The trace again and again until `untilMs`, for jobs that outlast it. */
export function repeatTrace(trace: SpotTrace, untilMs: number): SpotTrace {
  const times = Math.ceil(untilMs / trace.lengthMs);
  if (times <= 1) return trace;
  const zones = trace.zones.map((zone): ZoneTrace => {
    const runs = [...zone.capacity].map((capacity, at) => {
      const end = zone.changesMs[at + 1] ?? trace.lengthMs;
      return [capacity, end - (zone.changesMs[at] ?? 0)] as const;
    });
    const all = Array.from({ length: times }, () => runs).flat();
    return zoneFromRuns(zone.zone, all, zone.prices && repeatPrices(zone.prices, trace, times));
  });
  return { ...trace, zones, lengthMs: trace.lengthMs * times };
}

function repeatPrices(prices: PriceSeries, { lengthMs }: SpotTrace, times: number): PriceSeries {
  const count = prices.fromMs.length;
  const fromMs = new Float64Array(count * times);
  const usdPerHour = new Float64Array(count * times);
  for (let turn = 0; turn < times; turn += 1) {
    usdPerHour.set(prices.usdPerHour, turn * count);
    fromMs.set(
      prices.fromMs.map((at) => at + turn * lengthMs),
      turn * count,
    );
  }
  return { fromMs, usdPerHour };
}
