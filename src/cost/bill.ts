import type { PriceKey } from "../facts/storage-prices.ts";
import { type PricedVolume, type Rates, volumeCharges } from "./resource-price.ts";

/** Adds up prices and remembers those that nobody knows: they count as nothing, and the sum is a floor. */
export interface Bill {
  usd(key: PriceKey, amount: number): number;
  /** US dollars of a volume for a month. */
  volumeUsd(volume: PricedVolume): number;
  unpriced(): PriceKey[];
  /** All that it looked up. */
  prices(): PriceKey[];
}

export function openBill(rates: Rates): Bill {
  const missing = new Set<PriceKey>();
  const all = new Set<PriceKey>();
  const usd = (key: PriceKey, amount: number) => {
    if (amount === 0) return 0;
    const rate = rates[key];
    all.add(key);
    if (rate === undefined) missing.add(key);
    return (rate ?? 0) * amount;
  };
  return {
    usd,
    volumeUsd: (volume) =>
      volumeCharges(volume).reduce((sum, [key, amount]) => sum + usd(key, amount), 0),
    unpriced: () => [...missing],
    prices: () => [...all],
  };
}
