import { withoutPriceCode } from "../../../facts/price-codes.ts";
import { type PriceKey, priceRegions, storagePrices } from "../../../facts/storage-prices.ts";
import type { LivePrices } from "./live-prices.ts";

/** One price of storage that an answer is made of. */
export interface PriceRow {
  name: PriceKey;
  /** Null: no sure source. */
  usd: number | null;
  unit: string;
  origin: string;
}

interface Sources {
  region: string;
  given: Partial<Record<PriceKey, number>>;
  live: LivePrices | undefined;
}

/** The rows of `names`, in the order of the table. */
export function priceRows(names: readonly PriceKey[], sources: Sources): PriceRow[] {
  return (Object.keys(storagePrices) as PriceKey[])
    .filter((name) => names.includes(name))
    .map((name) => ({ name, unit: storagePrices[name].unit, ...priceOf(name, sources) }));
}

function priceOf(
  name: PriceKey,
  { region, given, live }: Sources,
): Pick<PriceRow, "usd" | "origin"> {
  const told = given[name];
  if (told !== undefined) return { usd: told, origin: "--price" };
  const listed = live?.storage.get(name);
  if (listed?.usd !== undefined)
    return { usd: listed.usd, origin: `live: Price List API, published ${listed.publishedOn}` };
  const why = live && live.storage.size > 0 ? (listed?.why ?? withoutPriceCode[name]) : undefined;
  const unlisted = why === undefined ? "" : `; not live: ${why}`;
  const { usd, source, certainty, asOf } = storagePrices[name];
  if (usd === undefined) return { usd: null, origin: `no sure source: ${source}${unlisted}` };
  if (!priceRegions.includes(region))
    return { usd: null, origin: `the table has no prices of ${region}${unlisted}` };
  return { usd, origin: `table: ${source}, ${certainty} ${asOf}${unlisted}` };
}

/** What the price list said, to compute with. */
export function listedRates(live: LivePrices | undefined): Partial<Record<PriceKey, number>> {
  const listed = [...(live?.storage ?? [])].flatMap(([name, { usd }]) =>
    usd === undefined ? [] : [[name, usd] as const],
  );
  return Object.fromEntries(listed);
}
