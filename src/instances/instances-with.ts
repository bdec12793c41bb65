import type { Aws } from "../aws/connect.ts";
import { type AwsInstance, describeInstances } from "../aws/instances.ts";
import type { LaunchRequest } from "./launch-request.ts";
import { mountTagKey } from "./mount-tags.ts";

/** Instances that have one of the volumes attached, or were launched to take one. */
export async function instancesWith(
  aws: Aws,
  { volumes }: Pick<LaunchRequest, "volumes">,
): Promise<AwsInstance[]> {
  if (volumes.length === 0) return [];
  const ids = volumes.map(({ volume }) => volume.volumeId);
  const found = await Promise.all([
    describeInstances(aws, {
      filters: [{ Name: "block-device-mapping.volume-id", Values: ids }],
    }),
    describeInstances(aws, { filters: [{ Name: "tag-key", Values: ids.map(mountTagKey) }] }),
  ]);
  return [...new Map(found.flat().map((one) => [one.instanceId, one])).values()];
}
