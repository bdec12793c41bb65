import type {
  DescribeAvailabilityZonesRequest,
  DescribeAvailabilityZonesResult,
  DescribeRegionsRequest,
  DescribeRegionsResult,
} from "@aws-sdk/client-ec2";
import { regions } from "../../facts/regions.ts";
import { ApiError } from "../call.ts";
import type { Ec2 } from "./ec2.ts";
import { invalidCombination, stopIfDryRun } from "./errors.ts";
import { applyFilters } from "./filters.ts";

export interface Zone {
  name: string;
  id: string;
}

/** The zones of the cloud's own region. */
export function zonesOf(region: string): Zone[] {
  const facts = regions[region] ?? { zoneIdPrefix: region, zones: { a: 1, b: 2, c: 3 } };
  return Object.entries(facts.zones).map(([letter, number]) => ({
    name: `${region}${letter}`,
    id: `${facts.zoneIdPrefix}-az${number}`,
  }));
}

export function zoneIdOf(region: string, name: string): string {
  return zonesOf(region).find((zone) => zone.name === name)?.id ?? "";
}

/**
 * The zone that a request names by `AvailabilityZone` or `AvailabilityZoneId`; undefined when it names none.
 *
 * @throws ApiError InvalidParameterCombination for both, InvalidZone.NotFound for an unknown one (CreateVolume API page).
 */
export function requestedZone(
  region: string,
  request: { AvailabilityZone?: string | undefined; AvailabilityZoneId?: string | undefined },
): Zone | undefined {
  const { AvailabilityZone: name, AvailabilityZoneId: id } = request;
  if (name && id) {
    throw invalidCombination(
      "The parameter AvailabilityZone cannot be used with the parameter AvailabilityZoneId",
    );
  }
  if (!name && !id) return undefined;
  const found = zonesOf(region).find((zone) => zone.name === name || zone.id === id);
  if (!found)
    throw new ApiError("InvalidZone.NotFound", `The zone '${name ?? id}' does not exist.`);
  return found;
}

export function describeAvailabilityZones(
  ec2: Ec2,
  input: DescribeAvailabilityZonesRequest,
): DescribeAvailabilityZonesResult {
  const { region } = ec2;
  const all = zonesOf(region);
  for (const name of input.ZoneNames ?? []) requestedZone(region, { AvailabilityZone: name });
  for (const id of input.ZoneIds ?? []) requestedZone(region, { AvailabilityZoneId: id });
  const named = all.filter(
    ({ name, id }) =>
      (!input.ZoneNames?.length || input.ZoneNames.includes(name)) &&
      (!input.ZoneIds?.length || input.ZoneIds.includes(id)),
  );
  const zones = applyFilters(named, input.Filters, {
    "group-name": () => `${region}-zg-1`,
    "opt-in-status": () => "opt-in-not-required",
    "region-name": () => region,
    state: () => "available",
    "zone-id": ({ id }) => id,
    "zone-name": ({ name }) => name,
    "zone-type": () => "availability-zone",
  });
  stopIfDryRun(input);
  return {
    AvailabilityZones: zones.map(({ name, id }) => ({
      ZoneName: name,
      ZoneId: id,
      RegionName: region,
      State: "available",
      OptInStatus: "opt-in-not-required",
      GroupName: `${region}-zg-1`,
      NetworkBorderGroup: region,
      ZoneType: "availability-zone",
      Messages: [],
    })),
  };
}

export function describeRegions(input: DescribeRegionsRequest): DescribeRegionsResult {
  for (const name of input.RegionNames ?? []) {
    if (!Object.hasOwn(regions, name)) {
      throw new ApiError("InvalidParameterValue", `Invalid region names: [${name}]`);
    }
  }
  const named = Object.keys(regions).filter(
    (name) => !input.RegionNames?.length || input.RegionNames.includes(name),
  );
  const found = applyFilters(named, input.Filters, {
    endpoint: (name) => endpointOf(name),
    "opt-in-status": () => "opt-in-not-required",
    "region-name": (name) => name,
  });
  stopIfDryRun(input);
  return {
    Regions: found.map((name) => ({
      RegionName: name,
      Endpoint: endpointOf(name),
      OptInStatus: "opt-in-not-required",
    })),
  };
}

const endpointOf = (region: string): string => `ec2.${region}.amazonaws.com`;
