import { between, type Estimate, exactly } from "../../../cost/estimate.ts";
import { RunctlError } from "../../../errors.ts";
import { instancePrices, instancePricesAsOf } from "../../../facts/prices.ts";
import { spotPrices, spotPricesAsOf, spotPricesSource } from "../../../facts/spot-prices.ts";
import { priceRegions } from "../../../facts/storage-prices.ts";
import { nearestType } from "./instance-limits.ts";
import type { LivePrices } from "./live-prices.ts";

interface Wanted {
  instanceType: string;
  region: string;
  onDemand: boolean;
  given: number | undefined;
  live: LivePrices | undefined;
}

/**
 * What one machine costs an hour: told, live, from the dated tables, in this order.
 *
 * @throws RunctlError USAGE where nothing has it: it is not guessed.
 */
export function machinePrice({ instanceType, region, onDemand, given, live }: Wanted): Estimate {
  if (given !== undefined) return exactly(given, "--price-per-hour");
  if (!onDemand) {
    const spot = live?.spot.get(instanceType);
    if (spot && spot.usdPerHour.length > 0)
      return overZones(
        spot.usdPerHour,
        `DescribeSpotPriceHistory, ${spot.asOf}, zones of ${region}`,
      );
    const known = spotPrices[instanceType]?.[region];
    if (known)
      return overZones(known, `spot, ${spotPricesSource} of ${spotPricesAsOf}, zones of ${region}`);
  }
  const listed = onDemandOffer(instanceType, region, live);
  if (listed) {
    const word = onDemand ? "on demand" : "on demand, as no spot price is known; --price-per-hour";
    return exactly(listed.usd, `${word}: ${listed.origin}`);
  }
  throw new RunctlError("USAGE", `no price is known for ${instanceType} in ${region}`, {
    hint:
      nearestType(instanceType) ??
      (live ? "give --price-per-hour" : "give --price-per-hour, or --live to ask AWS"),
  });
}

/** US dollars an hour on demand: of AWS's price list, else of the table. */
export function onDemandOffer(
  instanceType: string,
  region: string,
  live: LivePrices | undefined,
): { usd: number; origin: string } | undefined {
  const listed = live?.onDemand.get(instanceType);
  if (listed?.usd !== undefined)
    return { usd: listed.usd, origin: `Price List API, published ${listed.publishedOn}` };
  const usd = onDemandPrice(instanceType, region);
  const why = listed ? `; not live: ${listed.why}` : "";
  const origin = `price table of us-east-1, ${instancePricesAsOf}${why}`;
  return usd === undefined ? undefined : { usd, origin };
}

/**
 * US dollars an hour. The table is that of us-east-1; what SkyPilot's catalog has for us-east-2 and us-west-2 costs
 * the same there. Another region's price is not guessed.
 */
export function onDemandPrice(instanceType: string, region: string): number | undefined {
  return priceRegions.includes(region) && Object.hasOwn(instancePrices, instanceType)
    ? instancePrices[instanceType]
    : undefined;
}

function overZones(prices: readonly number[], origin: string): Estimate {
  const sorted = prices.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return between(sorted[0] ?? middle, middle, sorted.at(-1) ?? middle, origin);
}
