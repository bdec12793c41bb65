import { between, type Estimate, exactly } from "../../../cost/estimate.ts";
import { RunctlError } from "../../../errors.ts";
import { instancePrices, instancePricesAsOf } from "../../../facts/prices.ts";
import { spotPrices, spotPricesAsOf, spotPricesSource } from "../../../facts/spot-prices.ts";
import { priceRegions } from "../../../facts/storage-prices.ts";

/** Spot prices of the zones of a region, as they are now. */
export interface LiveSpot {
  usdPerHour: readonly number[];
  /** ISO date. */
  asOf: string;
}

interface Wanted {
  instanceType: string;
  region: string;
  onDemand: boolean;
  given: number | undefined;
  live: LiveSpot | undefined;
}

/**
 * What one machine costs an hour: told, live, from the dated tables, in this order.
 *
 * @throws RunctlError USAGE where no table has it: it is not guessed.
 */
export function machinePrice({ instanceType, region, onDemand, given, live }: Wanted): Estimate {
  if (given !== undefined) return exactly(given, "--price-per-hour");
  if (!onDemand) {
    if (live && live.usdPerHour.length > 0)
      return overZones(
        live.usdPerHour,
        `DescribeSpotPriceHistory, ${live.asOf}, zones of ${region}`,
      );
    const known = spotPrices[instanceType]?.[region];
    if (known)
      return overZones(known, `spot, ${spotPricesSource} of ${spotPricesAsOf}, zones of ${region}`);
  }
  const listed = onDemandPrice(instanceType, region);
  if (listed !== undefined) {
    const word = onDemand ? "on demand" : "on demand, as no spot price is known; --price-per-hour";
    return exactly(listed, `${word}: price table of us-east-1, ${instancePricesAsOf}`);
  }
  throw new RunctlError("USAGE", `no price is known for ${instanceType} in ${region}`, {
    hint: "give --price-per-hour, or --live to ask AWS for its spot price",
  });
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
