import type { Aws } from "../aws/connect.ts";
import { type AwsVolume, findVolumeById } from "../aws/volumes.ts";
import { closest } from "../closest.ts";
import { RunctlError } from "../errors.ts";
import { type Reference, parseReference } from "../resource-reference.ts";
import { isPresent, nameOf, ownedVolumes } from "./owned-volumes.ts";

/**
 * The volume that the user means: by id any of the account's, by name one that runctl made.
 *
 * @throws RunctlError NOT_FOUND with the nearest name, AMBIGUOUS with both ids, INVALID_ID, USAGE.
 */
export async function requireVolume(aws: Aws, word: string): Promise<AwsVolume> {
  const reference: Reference<"volume"> = parseReference("volume", word);
  if (reference.by === "name") return pickByName(await ownedVolumes(aws), reference.name);

  const volume = await findVolumeById(aws, reference.id);
  if (volume && isPresent(volume)) return volume;
  const message = `volume ${reference.id} does not exist in ${aws.region}`;
  throw new RunctlError("NOT_FOUND", message, { hint: "see 'runctl aws ebs list'" });
}

/** The one of `volumes` that is called `name`. */
export function pickByName(volumes: readonly AwsVolume[], name: string): AwsVolume {
  const matches = volumes.filter((volume) => nameOf(volume) === name);
  const [match, ...others] = matches;
  if (match && others.length === 0) return match;
  if (match) {
    const list = matches.map(({ volumeId, zone }) => `${volumeId} in ${zone}`).join(", ");
    throw new RunctlError("AMBIGUOUS", `${matches.length} volumes are named '${name}': ${list}`, {
      hint: "say which by its id",
    });
  }
  const names = volumes.map(nameOf).filter((known) => known !== undefined);
  const near = closest(name, names);
  throw new RunctlError("NOT_FOUND", `no volume of runctl is named '${name}'`, {
    hint: near ? `did you mean '${near}'?` : "see 'runctl aws ebs list'",
  });
}
