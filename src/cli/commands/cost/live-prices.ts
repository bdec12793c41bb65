import type { Aws } from "../../../aws/connect.ts";
import { listedInstancePrice, listedStoragePrices } from "../../../aws/listed-prices.ts";
import type { ListedPrice } from "../../../aws/price-list.ts";
import { currentSpotPrices } from "../../../aws/spot-prices.ts";
import { isRunctlError } from "../../../errors.ts";
import type { PriceKey } from "../../../facts/storage-prices.ts";
import { connectFromOptions } from "../../connect-from-options.ts";
import type { Context } from "../../context.ts";

/** Spot prices of the zones of a region, as they are now. */
interface LiveSpot {
  usdPerHour: readonly number[];
  /** ISO date. */
  asOf: string;
}

/** What AWS says of prices now; what it did not say is left to the tables. */
export interface LivePrices {
  spot: ReadonlyMap<string, LiveSpot>;
  /** By instance type. */
  onDemand: ReadonlyMap<string, ListedPrice>;
  storage: ReadonlyMap<PriceKey, ListedPrice>;
  /** What could not be asked, and why: a line for each. */
  failures: readonly string[];
}

interface Wanted {
  instanceTypes: readonly string[];
  onDemand: boolean;
}

/** Asks AWS for the prices of a region. */
export async function livePrices(
  context: Context,
  region: string,
  { instanceTypes, onDemand }: Wanted,
): Promise<LivePrices> {
  const { options, config, signal } = context;
  const aws = await connectFromOptions({ ...options, region }, config, signal);
  const failures: string[] = [];
  const orElse = async <Value>(preset: Value, what: string, ask: () => Promise<Value>) => {
    try {
      return await ask();
    } catch (error) {
      if (!isRunctlError(error) || error.code === "INTERRUPTED") throw error;
      failures.push(`${what}: ${error.message}`);
      return preset;
    }
  };
  const noSpot = new Map<string, LiveSpot>();
  const spot = onDemand
    ? noSpot
    : await orElse(noSpot, "spot prices are the table's", () => spotOf(aws, instanceTypes));
  if (options.local) {
    // AWS is not asked by who said --local.
    failures.push("list prices are the tables': the local cloud has no price list");
    return { spot, ...unlisted, failures };
  }
  const why = "list prices are the tables'";
  const listed = await orElse(unlisted, why, () => listOf(aws, region, instanceTypes));
  return { spot, ...listed, failures };
}

type Listed = Pick<LivePrices, "onDemand" | "storage">;

const unlisted: Listed = { onDemand: new Map(), storage: new Map() };

async function listOf(aws: Aws, region: string, types: readonly string[]): Promise<Listed> {
  const [storage, ...machines] = await Promise.all([
    listedStoragePrices(aws, region),
    ...types.map((type) => listedInstancePrice(aws, region, type)),
  ]);
  const onDemand = new Map(
    types.flatMap((type, at) => {
      const price = machines[at];
      return price ? [[type, price] as const] : [];
    }),
  );
  return { storage, onDemand };
}

async function spotOf(aws: Aws, types: readonly string[]): Promise<Map<string, LiveSpot>> {
  const prices = await currentSpotPrices(aws, types);
  const asOf = new Date().toISOString().slice(0, 10);
  return new Map(
    types.map((type) => {
      const own = [...prices].filter(([place]) => place.startsWith(`${type} `));
      return [type, { usdPerHour: own.map(([, price]) => price), asOf }];
    }),
  );
}
