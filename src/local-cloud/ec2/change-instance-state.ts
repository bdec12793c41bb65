import type {
  InstanceStateChange,
  StartInstancesRequest,
  StartInstancesResult,
  StopInstancesRequest,
  StopInstancesResult,
  TerminateInstancesRequest,
  TerminateInstancesResult,
} from "@aws-sdk/client-ec2";
import { ApiError } from "../call.ts";
import { checkCapacity } from "./capacity.ts";
import { type Ec2, nowText } from "./ec2.ts";
import { missingParameter, stopIfDryRun } from "./errors.ts";
import { beginEnd, driveInstance, updateInstance } from "./instance-life.ts";
import { requireInstance, toSdkState } from "./instances.ts";
import type { InstanceRow } from "./rows.ts";
import { updateSpotRequest } from "./spot-requests.ts";

const byUser = {
  code: "Client.UserInitiatedShutdown",
  message: "Client.UserInitiatedShutdown: User initiated shutdown",
};

/** Rules: TerminateInstances API page; a terminated instance may be terminated again. */
export function terminateInstances(
  ec2: Ec2,
  input: TerminateInstancesRequest,
): TerminateInstancesResult {
  const rows = requireInstances(ec2, input.InstanceIds);
  for (const row of rows) {
    if (row.terminationProtected && row.state !== "terminated") {
      throw new ApiError(
        "OperationNotPermitted",
        `The instance '${row.instanceId}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
      );
    }
  }
  stopIfDryRun(input);
  return {
    TerminatingInstances: rows.map((row) => {
      if (row.state === "stopped") end(ec2, row, true);
      else if (row.state !== "shutting-down" && row.state !== "terminated") end(ec2, row, false);
      return changeOf(ec2, row);
    }),
  };
}

function end(ec2: Ec2, { instanceId }: InstanceRow, isOff: boolean): void {
  beginEnd(ec2, instanceId, "shutting-down", byUser, { pullPlug: isOff });
  driveInstance(ec2, instanceId);
}

/** Rules: StopInstances API page; of spot instances only those of persistent requests ("Stop a Spot Instance"). */
export function stopInstances(ec2: Ec2, input: StopInstancesRequest): StopInstancesResult {
  const rows = requireInstances(ec2, input.InstanceIds);
  for (const row of rows) checkCanStop(ec2, row);
  if (input.Hibernate) {
    throw new ApiError(
      "UnsupportedHibernationConfiguration",
      "The instance is not configured for hibernation.",
    );
  }
  stopIfDryRun(input);
  return {
    StoppingInstances: rows.map((row) => {
      if (row.state === "running" || (row.state === "stopping" && input.Force)) {
        beginEnd(ec2, row.instanceId, "stopping", byUser, { pullPlug: input.Force ?? false });
        driveInstance(ec2, row.instanceId);
      }
      return changeOf(ec2, row);
    }),
  };
}

function checkCanStop(ec2: Ec2, { instanceId, state, spotRequestId }: InstanceRow): void {
  const request = spotRequestId ? ec2.spotRequests.get(spotRequestId) : undefined;
  if (request?.type === "one-time") {
    throw new ApiError(
      "UnsupportedOperation",
      `You can't stop the Spot Instance '${instanceId}' because it is associated with a one-time Spot Instance request. You can only stop Spot Instances associated with persistent Spot Instance requests.`,
    );
  }
  if (state !== "running" && state !== "stopping" && state !== "stopped") {
    throw new ApiError(
      "IncorrectInstanceState",
      `The instance '${instanceId}' is not in a state from which it can be stopped.`,
    );
  }
}

/** Rules: StartInstances API page; a spot instance that EC2 stopped is started by EC2 only ("Start a Spot Instance"). */
export function startInstances(ec2: Ec2, input: StartInstancesRequest): StartInstancesResult {
  const rows = requireInstances(ec2, input.InstanceIds);
  for (const row of rows) checkCanStart(ec2, row);
  stopIfDryRun(input);
  return {
    StartingInstances: rows.map((row) => {
      if (row.state === "stopped") {
        updateInstance(ec2, row.instanceId, {
          state: "pending",
          reason: undefined,
          launchedAt: nowText(ec2),
        });
        updateSpotRequest(ec2, row.spotRequestId, { state: "active", statusCode: "fulfilled" });
        driveInstance(ec2, row.instanceId);
      }
      return changeOf(ec2, row);
    }),
  };
}

function checkCanStart(ec2: Ec2, row: InstanceRow): void {
  const { instanceId, state, instanceType, zone, lifecycle, reason } = row;
  if (state !== "running" && state !== "pending" && state !== "stopped") {
    throw new ApiError(
      "IncorrectInstanceState",
      `The instance '${instanceId}' is not in a state from which it can be started.`,
    );
  }
  if (reason?.code === "Server.SpotInstanceShutdown") {
    throw new ApiError(
      "IncorrectSpotRequestState",
      `The Spot Instance '${instanceId}' was stopped by Amazon EC2 and can only be started by it.`,
    );
  }
  if (state === "stopped") checkCapacity(ec2, { instanceType, zone, isSpot: lifecycle === "spot" });
}

function requireInstances(ec2: Ec2, ids: readonly string[] | undefined): InstanceRow[] {
  if (!ids?.length) throw missingParameter("InstanceIds");
  return [...new Set(ids)].map((id) => requireInstance(ec2, id));
}

function changeOf(ec2: Ec2, before: InstanceRow): InstanceStateChange {
  return {
    InstanceId: before.instanceId,
    PreviousState: toSdkState(before.state),
    CurrentState: toSdkState(ec2.instances.get(before.instanceId)?.state ?? before.state),
  };
}
