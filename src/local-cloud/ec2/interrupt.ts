import { ApiError } from "../call.ts";
import { type Ec2, nowText } from "./ec2.ts";
import { beginEnd, driveInstance, updateInstance } from "./instance-life.ts";
import { requireInstance } from "./instances.ts";
import type { InstanceRow } from "./rows.ts";
import { updateSpotRequest } from "./spot-requests.ts";

export interface Interruption {
  /** Seconds between the notice and the shutdown; `none`: the machine is cut off without a word. AWS gives 120, usually. */
  noticeSeconds: number | "none";
  /** A rebalance recommendation comes with the notice ("EC2 instance rebalance recommendations"). */
  rebalance: boolean;
}

/**
 * Takes a spot instance away as EC2 does ("Spot Instance interruptions"): notice in IMDS, then the power button
 * and at last the plug. The request says so from the notice on, while the instance still runs.
 *
 * @throws ApiError when it is no running spot instance, or has its notice already: EC2 gives one.
 */
export function interrupt(ec2: Ec2, instanceId: string, how: Interruption): void {
  const row = requireInstance(ec2, instanceId);
  if (row.lifecycle !== "spot") {
    throw new ApiError(
      "UnsupportedOperation",
      `The instance '${instanceId}' is not a Spot Instance.`,
    );
  }
  if (row.state !== "running") {
    throw new ApiError("IncorrectInstanceState", `The instance '${instanceId}' is not 'running'.`);
  }
  if (how.noticeSeconds !== "none" && row.interruption) {
    throw new ApiError(
      "IncorrectInstanceState",
      `instance '${instanceId}' has its notice already, and ends at ${row.interruption.at}`,
    );
  }
  if (how.rebalance) updateInstance(ec2, instanceId, { rebalanceNoticeAt: nowText(ec2) });
  if (how.noticeSeconds === "none") {
    takeAway(ec2, instanceId, { pullPlug: true });
    return;
  }
  giveNotice(ec2, row, how.noticeSeconds);
}

/** A rebalance recommendation alone: the instance goes on. */
export function recommendRebalance(ec2: Ec2, instanceId: string): void {
  const { instanceId: known } = requireInstance(ec2, instanceId);
  updateInstance(ec2, known, { rebalanceNoticeAt: nowText(ec2) });
}

function actionOf(ec2: Ec2, { spotRequestId }: InstanceRow): "terminate" | "stop" {
  const request = spotRequestId ? ec2.spotRequests.get(spotRequestId) : undefined;
  return request?.interruptionBehavior === "stop" ? "stop" : "terminate";
}

function giveNotice(ec2: Ec2, row: InstanceRow, seconds: number): void {
  const action = actionOf(ec2, row);
  const at = new Date(ec2.clock.now() + seconds * 1_000).toISOString();
  ec2.store.transaction(() => {
    updateInstance(ec2, row.instanceId, { interruption: { action, at } });
    updateSpotRequest(ec2, row.spotRequestId, {
      state: "active",
      statusCode: action === "stop" ? "marked-for-stop" : "marked-for-termination",
    });
  });
  driveInterruption(ec2, row.instanceId);
}

/** Waits for the announced time, which is stored, and takes the instance away. Again after a restart of the server. */
export function driveInterruption(ec2: Ec2, instanceId: string): void {
  ec2.background.drive(`interruption of ${instanceId}`, async () => {
    const at = ec2.instances.get(instanceId)?.interruption?.at;
    if (at === undefined) return;
    const left = Date.parse(at) - ec2.clock.now();
    if (left > 0) await ec2.clock.sleep(left, ec2.signal);
    takeAway(ec2, instanceId, { pullPlug: false });
  });
}

function takeAway(ec2: Ec2, instanceId: string, how: { pullPlug: boolean }): void {
  const row = ec2.instances.get(instanceId);
  if (row?.state !== "running") return;
  const isStop = actionOf(ec2, row) === "stop";
  beginEnd(
    ec2,
    instanceId,
    isStop ? "stopping" : "shutting-down",
    isStop
      ? {
          code: "Server.SpotInstanceShutdown",
          message: "Server.SpotInstanceShutdown: Spot instance shutdown",
        }
      : {
          code: "Server.SpotInstanceTermination",
          message: "Server.SpotInstanceTermination: Spot instance termination",
        },
    how,
  );
  driveInstance(ec2, instanceId);
}
