import type { AwsInstance } from "../aws/instances.ts";
import { RunctlError } from "../errors.ts";
import { isLeaving, tagKeys } from "../tags.ts";
import { describeBriefly, nameOf } from "../volumes/owned-volumes.ts";
import type { WantedMount } from "./launch-request.ts";
import { mountsOf } from "./mount-tags.ts";

/** @throws RunctlError USAGE for two volumes on one mount or one below the other, or one volume twice. */
export function checkMountPoints(mounts: readonly WantedMount[]): void {
  const taken = new Map<string, string>();
  const seen = new Set<string>();
  for (const { volume, mount } of mounts) {
    const hint = `give each its mount: --ebs-volume ${nameOf(volume) ?? volume.volumeId}:/mnt/other`;
    const other = taken.get(mount);
    if (other)
      throw new RunctlError(
        "USAGE",
        `both ${other} and ${describeBriefly(volume)} would be at ${mount}`,
        {
          hint,
        },
      );
    // They are mounted side by side: the one above could cover the other, and take what was meant for it.
    const nested = [...taken.keys()].find(
      (place) => isBelow(place, mount) || isBelow(mount, place),
    );
    if (nested !== undefined)
      throw new RunctlError(
        "USAGE",
        `${taken.get(nested)} would be at ${nested} and ${describeBriefly(volume)} at ${mount}: one hides the other`,
        { hint },
      );
    if (seen.has(volume.volumeId))
      throw new RunctlError("USAGE", `${describeBriefly(volume)} is named twice`);
    taken.set(mount, describeBriefly(volume));
    seen.add(volume.volumeId);
  }
}

const isBelow = (path: string, folder: string) => path.startsWith(`${folder}/`);

const usable = new Set(["creating", "available", "in-use"]);

/**
 * Refuses volumes that the instance could not get.
 *
 * @param others instances of the account that have one of the volumes, or have been launched to take one
 * @throws RunctlError CONFLICT naming volume and instance; REFUSED for a volume that the role may not attach.
 */
export function checkVolumesAreFree(
  mounts: readonly WantedMount[],
  others: readonly AwsInstance[],
): void {
  for (const wanted of mounts) {
    const { volume } = wanted;
    if (!usable.has(volume.state))
      throw new RunctlError("CONFLICT", `${describeBriefly(volume)} is ${volume.state}`, {
        hint: "runctl aws ebs list --state available",
      });
    if (volume.tags[tagKeys.access] !== "true")
      throw new RunctlError("REFUSED", `${describeBriefly(volume)} was not made by runctl`, {
        hint: "name it by its id in `runctl aws create` and confirm, to let instances attach it",
      });
    const holder = others.find((instance) => isInTheWay(instance, wanted));
    if (holder)
      throw new RunctlError(
        "CONFLICT",
        `${describeBriefly(volume)} is used by ${holder.instanceId} (${describeUse(holder)})`,
        { hint: `wait for it, or end it: runctl aws terminate ${holder.instanceId}` },
      );
  }
}

/** Whether the instance has the volume, or is promised it, and does not share it. */
export function isInTheWay(instance: AwsInstance, wanted: WantedMount): boolean {
  const { volumeId, multiAttach } = wanted.volume;
  if (isLeaving(instance)) return false;
  const claim = mountsOf(instance.tags).find((mount) => mount.volumeId === volumeId);
  const isAttached = instance.volumes.some((volume) => volume.volumeId === volumeId);
  // Once its command is over it takes no volume any more; it may keep what it has.
  const isPromised = claim !== undefined && instance.tags[tagKeys.state] !== "done";
  if (!isPromised && !isAttached) return false;
  // ext4 and XFS break under two machines unless nobody writes.
  return !(multiAttach && wanted.readOnly && claim?.readOnly === true);
}

function describeUse({ state, tags }: AwsInstance): string {
  return [tags[tagKeys.name], tags[tagKeys.state] ?? state].filter(Boolean).join(", ");
}
