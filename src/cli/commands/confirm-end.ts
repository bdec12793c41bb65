import type { AwsInstance } from "../../aws/instances.ts";
import { isOwnedInstance } from "../../instances/find-instance.ts";
import { readCommandTag } from "../../instances/command-tag.ts";
import { mountsOf } from "../../instances/mount-tags.ts";
import { tagKeys } from "../../tags.ts";
import type { Context } from "../context.ts";

/** Shows what the end of an instance means, and asks. Foreign instances are never found by name, so their id was typed. */
export async function confirmEnd(
  verb: "stop" | "terminate",
  instance: AwsInstance,
  word: string,
  context: Context,
): Promise<void> {
  const label = word === instance.instanceId ? word : `${word} (${instance.instanceId})`;
  await context.confirm(`${verb} ${label}?`, atStake(verb, instance));
}

/** Says which volumes outlive the instance. */
export function hintVolumesStay(instance: AwsInstance, context: Context): void {
  const { tags, volumes, rootDeviceName } = instance;
  const kept = volumes.filter(
    ({ deleteOnTermination, device }) => !deleteOnTermination && device !== rootDeviceName,
  );
  const ids = new Set([...mountsOf(tags), ...kept].map(({ volumeId }) => volumeId));
  if (ids.size > 0) context.hint(`these volumes stay: ${[...ids].join(", ")}`);
}

function atStake(verb: "stop" | "terminate", instance: AwsInstance): string[] {
  const { tags, volumes, rootDeviceName } = instance;
  const mounts = mountsOf(tags);
  const command = tags[tagKeys.command];
  const lost =
    verb === "stop"
      ? []
      : volumes.filter(
          ({ deleteOnTermination, device }) => deleteOnTermination && device !== rootDeviceName,
        );
  const facts = [
    isOwnedInstance(instance) ? undefined : "runctl did not launch this instance",
    tags[tagKeys.state] === "running" && command
      ? `it runs: ${readCommandTag(command)}`
      : undefined,
    verb === "terminate" ? "what is on its root volume is lost" : undefined,
    mounts.length > 0
      ? `these volumes stay: ${mounts.map(({ volumeId }) => volumeId).join(", ")}`
      : undefined,
    lost.length > 0
      ? `these volumes are deleted with it: ${lost.map(({ volumeId }) => volumeId).join(", ")}`
      : undefined,
  ];
  return facts.filter((fact) => fact !== undefined);
}
