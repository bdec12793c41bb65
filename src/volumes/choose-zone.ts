import type { AwsVolume } from "../aws/volumes.ts";
import { RunctlError } from "../errors.ts";

export interface ChosenZone {
  zone: string;
  /** Why this one, for the user to read. */
  reason: string;
}

/**
 * The zone for a new volume: what the user says, else where the user's other volumes are if that
 * is one zone, else the region's first.
 *
 * @param owned the user's volumes.
 * @param among names of the zones that take new volumes, in order.
 * @throws RunctlError NOT_FOUND for a zone that is not one of them.
 */
export function chooseZone(input: {
  wanted: string | undefined;
  owned: readonly AwsVolume[];
  among: readonly string[];
}): ChosenZone {
  const { wanted, among } = input;
  if (wanted !== undefined) {
    if (among.includes(wanted)) return { zone: wanted, reason: "as asked" };
    throw new RunctlError("NOT_FOUND", `zone '${wanted}' is not one of ${among.join(", ")}`, {
      hint: "give one of these, or the --region that it is in",
    });
  }
  const [home, ...others] = new Set(input.owned.map((volume) => volume.zone));
  if (home !== undefined && others.length === 0 && among.includes(home))
    return { zone: home, reason: "where your volumes are" };
  const [first] = among;
  if (first === undefined)
    throw new RunctlError("CAPACITY", "no availability zone of the region takes new volumes");
  return { zone: first, reason: "the first of the region" };
}
