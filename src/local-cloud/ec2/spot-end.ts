import type { Ec2 } from "./ec2.ts";
import type { InstanceRow } from "./rows.ts";
import { updateSpotRequest } from "./spot-requests.ts";

/**
 * What becomes of the request when its instance ended, by the reason
 * ("State changes for a Spot request", EC2 user guide).
 */
export function afterEnd(ec2: Ec2, { spotRequestId, reason }: InstanceRow): void {
  const statusCode =
    reason?.code === "Server.SpotInstanceTermination"
      ? "instance-terminated-no-capacity"
      : reason?.code === "Server.InternalError"
        ? "instance-terminated-launch-failed"
        : "instance-terminated-by-user";
  updateSpotRequest(ec2, spotRequestId, { state: "closed", statusCode });
}

/**
 * By the user the request of a stopped instance is disabled, by EC2 it is open again. AWS then starts the instance
 * when there is capacity, and replaces one of a persistent request that was terminated; the local cloud does neither.
 */
export function afterStop(ec2: Ec2, { spotRequestId, reason }: InstanceRow): void {
  const isInterrupted = reason?.code === "Server.SpotInstanceShutdown";
  updateSpotRequest(ec2, spotRequestId, {
    state: isInterrupted ? "open" : "disabled",
    statusCode: isInterrupted ? "instance-stopped-no-capacity" : "instance-stopped-by-user",
  });
}
