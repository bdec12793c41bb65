import { createHash } from "node:crypto";
import type {
  DescribeSpotPriceHistoryRequest,
  DescribeSpotPriceHistoryResult,
  SpotPrice,
} from "@aws-sdk/client-ec2";
import { instancePrices } from "../../facts/prices.ts";
import { ApiError } from "../call.ts";
import type { Ec2 } from "./ec2.ts";
import { stopIfDryRun } from "./errors.ts";
import { applyFilters } from "./filters.ts";
import { zonesOffering } from "./instance-types.ts";
import { pageOf } from "./paging.ts";
import { requestedZone } from "./zones.ts";

/** How long a price of the local cloud holds. AWS's changes come at no fixed times. */
const holdMs = 6 * 3_600_000;
/** "You can view Spot Instance price history … for the last 90 days" (DescribeSpotPriceHistory API page). */
const historyMs = 90 * 86_400_000;
const product = "Linux/UNIX";

/**
 * The local cloud's own spot price, US dollars per hour: 30 to 50 % of the on-demand price of us-east-1, different in
 * each zone, moving by at most a tenth. Made up from hashes, so that it is the same on every machine; not AWS's price.
 * Undefined for a type whose on-demand price is not in the facts.
 */
export function spotUsdPerHour(
  instanceType: string,
  zone: string,
  timeMs: number,
): number | undefined {
  const onDemand = instancePrices[instanceType];
  if (onDemand === undefined) return undefined;
  const level = 0.3 + 0.2 * fraction(`${instanceType} ${zone}`);
  const swing = 0.95 + 0.1 * fraction(`${instanceType} ${zone} ${Math.floor(timeMs / holdMs)}`);
  return Math.round(onDemand * level * swing * 10_000) / 10_000;
}

/** 0 up to 1, by the text alone. */
function fraction(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32;
}

/** Newest first, with the price that held at StartTime (DescribeSpotPriceHistory API page). */
export function describeSpotPriceHistory(
  ec2: Ec2,
  input: DescribeSpotPriceHistoryRequest,
): DescribeSpotPriceHistoryResult {
  const end = Math.min(ec2.clock.now(), input.EndTime?.getTime() ?? Infinity);
  const start = Math.max(ec2.clock.now() - historyMs, input.StartTime?.getTime() ?? 0);
  const zone = requestedZone(ec2.region, input)?.name;
  const types = input.InstanceTypes?.length ? input.InstanceTypes : Object.keys(instancePrices);
  const products = input.ProductDescriptions ?? [];
  const isAsked = products.length === 0 || products.some((name) => name.startsWith(product));
  const all = isAsked
    ? types.flatMap((type) => pricesOf(ec2, type, zone, Math.min(start, end), end))
    : [];
  const found = applyFilters(all, input.Filters, {
    "availability-zone": ({ AvailabilityZone }) => AvailabilityZone,
    "instance-type": ({ InstanceType }) => InstanceType,
    "product-description": ({ ProductDescription }) => ProductDescription,
    "spot-price": ({ SpotPrice: price }) => price,
    timestamp: ({ Timestamp }) => Timestamp?.toISOString(),
  });
  const page = pageOf(found, keyOf, input, { min: 1, max: 1_000, hasIds: false });
  stopIfDryRun(input);
  return { SpotPriceHistory: [...page.rows], NextToken: page.NextToken ?? "" };
}

function keyOf({ InstanceType, AvailabilityZone, Timestamp }: SpotPrice): string {
  return `${InstanceType} ${AvailabilityZone} ${Timestamp?.toISOString()}`;
}

function pricesOf(
  ec2: Ec2,
  type: string,
  zone: string | undefined,
  startMs: number,
  endMs: number,
): SpotPrice[] {
  const zones = offeringZones(ec2, type).filter((name) => zone === undefined || name === zone);
  const prices: SpotPrice[] = [];
  for (let slot = Math.floor(endMs / holdMs); slot >= Math.floor(startMs / holdMs); slot -= 1) {
    for (const AvailabilityZone of zones) {
      const price = spotUsdPerHour(type, AvailabilityZone, slot * holdMs);
      if (price === undefined) continue;
      prices.push({
        AvailabilityZone,
        InstanceType: type as NonNullable<SpotPrice["InstanceType"]>,
        ProductDescription: product,
        SpotPrice: price.toFixed(6),
        Timestamp: new Date(slot * holdMs),
      });
    }
  }
  return prices;
}

/** A type that the local cloud does not run has no price here. */
function offeringZones(ec2: Ec2, type: string): string[] {
  try {
    return zonesOffering(ec2.region, type);
  } catch (error) {
    if (error instanceof ApiError) return [];
    throw error;
  }
}
