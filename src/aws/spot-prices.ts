import type { _InstanceType } from "@aws-sdk/client-ec2";
import { call } from "./call.ts";
import type { Aws } from "./connect.ts";
import { pages } from "./pages.ts";

/** US dollars per hour that Linux costs on the spot market now: `type zone` → price. */
export async function currentSpotPrices(
  aws: Aws,
  types: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { DescribeSpotPriceHistoryCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  const newest = new Map<string, { price: number; since: number }>();
  // From now on: AWS gives the last change before, which is what holds.
  const now = new Date();
  const all = pages((next) =>
    call("ec2:DescribeSpotPriceHistory", () =>
      client.send(
        new DescribeSpotPriceHistoryCommand({
          InstanceTypes: types as _InstanceType[],
          ProductDescriptions: ["Linux/UNIX"],
          StartTime: now,
          ...next,
        }),
      ),
    ),
  );
  for await (const page of all) {
    for (const entry of page.SpotPriceHistory ?? []) {
      const place = spotPlace(entry.InstanceType ?? "", entry.AvailabilityZone ?? "");
      const since = entry.Timestamp?.getTime() ?? 0;
      if (since >= (newest.get(place)?.since ?? 0))
        newest.set(place, { price: Number(entry.SpotPrice), since });
    }
  }
  return new Map([...newest].map(([place, { price }]) => [place, price]));
}

export function spotPlace(type: string, zone: string): string {
  return `${type} ${zone}`;
}
