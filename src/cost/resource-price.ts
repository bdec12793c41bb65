import {
  instancePrices,
  type IopsTier,
  iopsTiers,
  priceRegion,
  volumePrices,
} from "../facts/prices.ts";

/** What decides the price of a volume. */
export interface PricedVolume {
  type: string;
  sizeGiB: number;
  iops: number | undefined;
  throughputMiBps: number | undefined;
}

/** US dollars per month of 30 days; undefined for a type or region that the price table does not have. */
export function volumePriceUsdPerMonth(volume: PricedVolume, region: string): number | undefined {
  if (region !== priceRegion || !isPriced(volume.type)) return undefined;
  const storage = volume.sizeGiB * volumePrices[volume.type].usdPerGiBMonth;
  return cents(storage + performancePrice(volume));
}

/** US dollars per hour on demand; undefined for a type or region that the price table does not have. */
export function instancePriceUsdPerHour(instanceType: string, region: string): number | undefined {
  return region === priceRegion ? instancePrices[instanceType] : undefined;
}

function isPriced(type: string): type is keyof typeof volumePrices {
  return Object.hasOwn(volumePrices, type);
}

function performancePrice({ type, iops = 0, throughputMiBps = 0 }: PricedVolume): number {
  if (type === "io1" || type === "io2") return tieredPrice(iops, iopsTiers[type]);
  if (type !== "gp3") return 0;
  const { freeIops, usdPerIopsMonth, freeMiBps, usdPerMiBpsMonth } = volumePrices.gp3;
  return (
    Math.max(0, iops - freeIops) * usdPerIopsMonth +
    Math.max(0, throughputMiBps - freeMiBps) * usdPerMiBpsMonth
  );
}

/** Each operation costs what its own tier says. */
function tieredPrice(iops: number, tiers: readonly IopsTier[]): number {
  let price = 0;
  let below = 0;
  for (const tier of tiers) {
    price += Math.max(0, Math.min(iops, tier.upToIops) - below) * tier.usdPerIopsMonth;
    below = tier.upToIops;
  }
  return price;
}

function cents(price: number): number {
  return Math.round(price * 100) / 100;
}
