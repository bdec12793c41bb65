import { instancePrices, priceRegion } from "../facts/prices.ts";
import { type PriceKey, priceRegions, storagePrices } from "../facts/storage-prices.ts";

/** What decides the price of a volume. */
export interface PricedVolume {
  type: string;
  sizeGiB: number;
  iops: number | undefined;
  throughputMiBps: number | undefined;
}

/** US dollars per unit; a key without a sure price is undefined. */
export type Rates = Readonly<Record<PriceKey, number | undefined>>;

type SomeRates = Readonly<Partial<Record<PriceKey, number>>>;

/**
 * The rates of the dated table, none for a region that it does not have, under those of AWS's price list, under prices
 * that the user gave.
 */
export function ratesOf(region: string, given: SomeRates = {}, listed: SomeRates = {}): Rates {
  const isPriced = priceRegions.includes(region);
  const rates = Object.entries(storagePrices).map(([name, { usd }]) => {
    const key = name as PriceKey;
    return [key, given[key] ?? listed[key] ?? (isPriced ? usd : undefined)];
  });
  return Object.fromEntries(rates) as Rates;
}

/** What makes up the price of a volume for a month of 30 days: how much of which price. */
export function volumeCharges(volume: PricedVolume): Array<[key: PriceKey, amount: number]> {
  const { type, sizeGiB, iops = 0, throughputMiBps = 0 } = volume;
  const storage: [PriceKey, number] = [`${type}GiBMonth` as PriceKey, sizeGiB];
  switch (type) {
    case "gp3":
      return [
        storage,
        ["gp3IopsMonth", Math.max(0, iops - 3_000)],
        ["gp3MiBpsMonth", Math.max(0, throughputMiBps - 125)],
      ];
    case "io2":
      return [
        storage,
        ["io2IopsMonth", Math.min(iops, 32_000)],
        ["io2IopsMonthAbove32000", Math.min(Math.max(0, iops - 32_000), 32_000)],
        ["io2IopsMonthAbove64000", Math.max(0, iops - 64_000)],
      ];
    case "io1":
      return [storage, ["io1IopsMonth", iops]];
    default:
      return [storage];
  }
}

/** US dollars per month of 30 days; undefined for a type or region that the price table does not have. */
export function volumePriceUsdPerMonth(volume: PricedVolume, region: string): number | undefined {
  const rates = ratesOf(region);
  let usd = 0;
  for (const [key, amount] of volumeCharges(volume)) {
    const rate = rates[key];
    if (rate === undefined) return undefined;
    usd += rate * amount;
  }
  return cents(usd);
}

/** US dollars per hour on demand; undefined for a type or region that the price table does not have. */
export function instancePriceUsdPerHour(instanceType: string, region: string): number | undefined {
  return region === priceRegion ? instancePrices[instanceType] : undefined;
}

function cents(price: number): number {
  return Math.round(price * 100) / 100;
}
