import { currentSpotPrices } from "../../../aws/spot-prices.ts";
import { connectFromOptions } from "../../connect-from-options.ts";
import type { Context } from "../../context.ts";
import type { LiveSpot } from "./machine-price.ts";

/** What the zones of a region ask on the spot market now: `type` → prices. Asks AWS once for each region. */
export async function liveSpotPrices(
  context: Context,
  region: string,
  types: readonly string[],
): Promise<ReadonlyMap<string, LiveSpot>> {
  const aws = await connectFromOptions(
    { ...context.options, region },
    context.config,
    context.signal,
  );
  const prices = await currentSpotPrices(aws, types);
  const asOf = new Date().toISOString().slice(0, 10);
  return new Map(
    types.map((type) => {
      const own = [...prices].filter(([place]) => place.startsWith(`${type} `));
      return [type, { usdPerHour: own.map(([, price]) => price), asOf }];
    }),
  );
}
