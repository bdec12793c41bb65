import type { Aws } from "../aws/connect.ts";
import { type AwsInstance, terminateInstance } from "../aws/instances.ts";
import { RunctlError } from "../errors.ts";
import { describeBriefly } from "../volumes/owned-volumes.ts";
import { isInTheWay } from "./check-mounts.ts";
import { instancesWith } from "./instances-with.ts";
import type { LaunchRequest } from "./launch-request.ts";

/**
 * Two lines typed at once both find the volume free, and both launch. Each looks again after its launch; the later
 * instance is ended at once, before it boots, for it would only wait for the volume and cost. Where AWS does not show
 * the other yet, the agent finds out.
 *
 * @throws RunctlError CONFLICT naming volume and both instances.
 */
export async function yieldVolumes(
  aws: Aws,
  own: AwsInstance,
  request: LaunchRequest,
): Promise<void> {
  const earlier = (await instancesWith(aws, request)).filter((other) => isEarlier(other, own));
  for (const wanted of request.volumes) {
    const first = earlier.find((other) => isInTheWay(other, wanted));
    if (!first) continue;
    await terminateInstance(aws, own.instanceId);
    throw new RunctlError(
      "CONFLICT",
      `${describeBriefly(wanted.volume)} was promised to ${first.instanceId} at the same moment; ${own.instanceId} is being terminated`,
      { hint: `wait for it, or end it: runctl aws terminate ${first.instanceId}` },
    );
  }
}

/** The same on both sides, so that exactly one yields; AWS counts launch times in seconds. */
function isEarlier(other: AwsInstance, own: AwsInstance): boolean {
  const difference = other.launchedAt.getTime() - own.launchedAt.getTime();
  return difference === 0 ? other.instanceId < own.instanceId : difference < 0;
}
