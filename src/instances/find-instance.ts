import type { Aws } from "../aws/connect.ts";
import {
  type AwsInstance,
  describeInstances,
  findInstance as findInstanceById,
} from "../aws/instances.ts";
import { closest } from "../closest.ts";
import { RunctlError } from "../errors.ts";
import { parseReference } from "../resource-reference.ts";
import { isManaged, tagKeys } from "../tags.ts";

/** Launched by runctl: the tag is only ever put at birth. */
export function isOwnedInstance(instance: AwsInstance): boolean {
  return isManaged(instance);
}

/** Oldest first, with those that have ended: AWS shows them for about an hour. */
export async function ownedInstances(aws: Aws): Promise<AwsInstance[]> {
  const found = await describeInstances(aws, {
    filters: [{ Name: `tag:${tagKeys.managed}`, Values: ["true"] }],
  });
  return found.toSorted((left, right) => left.launchedAt.getTime() - right.launchedAt.getTime());
}

/**
 * The instance that the user means: by id any of the account's, by name one that runctl launched. Of several of
 * one name the one that has not ended, nor been interrupted.
 *
 * @throws RunctlError NOT_FOUND with the nearest name, AMBIGUOUS with the ids, INVALID_ID, USAGE.
 */
export async function requireInstance(aws: Aws, word: string): Promise<AwsInstance> {
  const reference = parseReference("instance", word);
  if (reference.by === "name") return pickByName(await ownedInstances(aws), reference.name);
  const instance = await findInstanceById(aws, reference.id);
  if (instance) return instance;
  throw new RunctlError("NOT_FOUND", `instance ${reference.id} is not in ${aws.region}`, {
    hint: "see 'runctl aws list'",
  });
}

/** @throws RunctlError NOT_FOUND, AMBIGUOUS; see `requireInstance`. */
export function pickByName(instances: readonly AwsInstance[], name: string): AwsInstance {
  const named = instances.filter(({ tags }) => tags[tagKeys.name] === name);
  const on = named.filter(({ state }) => state !== "terminated" && state !== "shutting-down");
  // One that was interrupted has given everything back, and only waits for its end.
  const atWork = on.filter(({ tags }) => tags[tagKeys.state] !== "interrupted");
  const live = atWork.length > 0 ? atWork : on;
  // Of those that have ended the newest is the one that a person asks about.
  const found = live[0] ?? named.at(-1);
  if (live.length > 1) {
    const ids = live.map(({ instanceId }) => instanceId).join(", ");
    throw new RunctlError("AMBIGUOUS", `${live.length} instances are named '${name}': ${ids}`, {
      hint: "say which by its id",
    });
  }
  if (found) return found;
  const near = closest(
    name,
    instances.map(({ tags }) => tags[tagKeys.name]).filter((known) => known !== undefined),
  );
  throw new RunctlError("NOT_FOUND", `no instance of runctl is named '${name}'`, {
    hint: near ? `did you mean '${near}'?` : "see 'runctl aws list'",
  });
}
