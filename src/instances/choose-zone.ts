import type { Aws } from "../aws/connect.ts";
import { type AwsSubnet, describeSubnets } from "../aws/subnets.ts";
import type { AwsVolume } from "../aws/volumes.ts";
import { RunctlError } from "../errors.ts";
import { tagKeys } from "../tags.ts";
import { describeBriefly, nameOf } from "../volumes/owned-volumes.ts";
import type { WantedMount } from "./launch-request.ts";

export interface ZoneChoice {
  zone: string;
  /** For the person who wonders. */
  reason: string;
}

/** What decides about the zone, by rank. */
export interface ZoneFacts {
  wanted: string | undefined;
  subnet: Pick<AwsSubnet, "subnetId" | "zone"> | undefined;
  mounts: readonly WantedMount[];
  /** Zones of all volumes that the user owns in the region. */
  ownedZones: ReadonlySet<string>;
  /** Instance type → zones that offer it, in the order of preference. */
  offered: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * The zone of a launch: what was asked for, else that of the named volumes, else that of the user's volumes
 * if all are in one, else the first that offers the first type.
 *
 * @throws RunctlError CONFLICT when two of these contradict each other, naming both.
 */
export function chooseZone(facts: ZoneFacts): ZoneChoice {
  const ofVolumes = zoneOfVolumes(facts.mounts);
  const choice =
    (facts.wanted && { zone: facts.wanted, reason: "as asked" }) ||
    (facts.subnet && { zone: facts.subnet.zone, reason: `of ${facts.subnet.subnetId}` }) ||
    (ofVolumes && { zone: ofVolumes.volume.zone, reason: whereIs(ofVolumes.volume) }) ||
    zoneOfOwned(facts) ||
    firstOffering(facts);

  if (ofVolumes && ofVolumes.volume.zone !== choice.zone)
    throw new RunctlError(
      "CONFLICT",
      `${describeBriefly(ofVolumes.volume)} is in ${ofVolumes.volume.zone}, but the launch is for ${choice.zone} (${choice.reason})`,
      { hint: `launch in ${ofVolumes.volume.zone}: volumes cannot leave their zone` },
    );
  if (facts.subnet && facts.subnet.zone !== choice.zone)
    throw new RunctlError(
      "CONFLICT",
      `${facts.subnet.subnetId} is in ${facts.subnet.zone}, but the launch is for ${choice.zone} (${choice.reason})`,
      { hint: "leave --subnet out, or give one of that zone" },
    );
  return choice;
}

const whereIs = (volume: AwsVolume) => `where ${nameOf(volume) ?? volume.volumeId} is`;

/** The types that the zone offers, in the order of preference. */
export function typesInZone(
  zone: string,
  offered: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  const types = [...offered].filter(([, zones]) => zones.has(zone)).map(([type]) => type);
  if (types.length > 0) return types;
  const elsewhere = [...new Set([...offered.values()].flatMap((zones) => [...zones]))].toSorted();
  throw new RunctlError("CONFLICT", `${[...offered.keys()].join(", ")}: not offered in ${zone}`, {
    hint: elsewhere.length > 0 ? `offered in ${elsewhere.join(", ")}` : "choose another type",
  });
}

/** The subnet to launch into; the default one of the zone unless another was asked for. */
export async function chooseSubnet(
  aws: Aws,
  zone: string,
  wanted: AwsSubnet | undefined,
): Promise<AwsSubnet> {
  if (wanted) return wanted;
  const subnets = await describeSubnets(aws, {
    filters: [
      { Name: "availability-zone", Values: [zone] },
      { Name: "default-for-az", Values: ["true"] },
    ],
  });
  if (subnets[0]) return subnets[0];
  throw new RunctlError("CONFIGURATION", `there is no default subnet in ${zone}`, {
    hint: "name one by --subnet subnet-…",
  });
}

function zoneOfVolumes(mounts: readonly WantedMount[]): WantedMount | undefined {
  const [first, ...others] = mounts;
  const stranger = others.find(({ volume }) => volume.zone !== first?.volume.zone);
  if (first && stranger)
    throw new RunctlError(
      "CONFLICT",
      `${describeBriefly(first.volume)} is in ${first.volume.zone}, but ${describeBriefly(stranger.volume)} is in ${stranger.volume.zone}`,
      { hint: howToMove(stranger.volume, first.volume.zone) },
    );
  return first;
}

/** Volumes cannot leave their zone: what one holds can. */
function howToMove({ volumeId, sizeGiB, type, tags }: AwsVolume, zone: string): string {
  const source = tags[tagKeys.source];
  return source === undefined
    ? `move one by a snapshot: aws ec2 create-snapshot --volume-id ${volumeId}, then aws ec2 create-volume --snapshot-id snap-… --availability-zone ${zone}`
    : `fill one there: runctl aws ebs create --size ${sizeGiB} --type ${type} --availability-zone ${zone} --pre-warm ${source}`;
}

function zoneOfOwned({ ownedZones }: ZoneFacts): ZoneChoice | undefined {
  const [zone, ...more] = ownedZones;
  return zone && more.length === 0 ? { zone, reason: "where your volumes are" } : undefined;
}

function firstOffering({ offered }: ZoneFacts): ZoneChoice {
  for (const [type, zones] of offered) {
    const zone = [...zones].toSorted()[0];
    if (zone) return { zone, reason: `the first that offers ${type}` };
  }
  throw new RunctlError("CONFLICT", `no zone offers ${[...offered.keys()].join(" or ")}`, {
    hint: "choose another --instance-type or --region",
  });
}
