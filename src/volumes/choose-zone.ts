import type { AwsVolume } from "../aws/volumes.ts";
import { RunctlError } from "../errors.ts";

export interface ChosenZone {
  zone: string;
  /** Why this one, for the user to read. */
  reason: string;
}

/**
 * The zone for something new: what the user says, else where the volumes are that it belongs to,
 * else where the user's other volumes are if that is one zone, else the first that will do.
 *
 * @param among zone names that will do, in order.
 * @throws RunctlError CONFLICT when named volumes lie in two zones or outside the wanted one, NOT_FOUND for a zone that is not there.
 */
export function chooseZone(input: {
  wanted?: string | undefined;
  named?: readonly AwsVolume[];
  owned: readonly AwsVolume[];
  among: readonly string[];
}): ChosenZone {
  const { wanted, named = [], owned, among } = input;
  if (wanted !== undefined && !among.includes(wanted))
    throw new RunctlError("NOT_FOUND", `zone '${wanted}' is not one of ${among.join(", ")}`);

  const [first] = named;
  const zone = wanted ?? first?.zone;
  const stray = named.find((volume) => volume.zone !== zone);
  if (stray && zone !== undefined)
    throw new RunctlError(
      "CONFLICT",
      wanted === undefined
        ? `${first?.volumeId} is in ${zone} and ${stray.volumeId} in ${stray.zone}`
        : `${stray.volumeId} is in ${stray.zone}, not in ${zone}`,
      {
        hint: `a volume cannot leave its zone; copy it with 'runctl aws ebs snapshot ${stray.volumeId}' and 'runctl aws ebs restore snap-… --availability-zone ${zone}'`,
      },
    );
  if (wanted !== undefined) return { zone: wanted, reason: "as given" };
  if (zone !== undefined) return { zone, reason: "the zone of the volume" };

  const home = new Set(owned.map((volume) => volume.zone));
  const [only] = home;
  if (only !== undefined && home.size === 1 && among.includes(only))
    return { zone: only, reason: "where your other volumes are" };
  const [next] = among;
  if (next === undefined)
    throw new RunctlError("CAPACITY", "no availability zone of the region will do");
  return { zone: next, reason: "the first that will do" };
}
