import type { Reservation, RunInstancesRequest } from "@aws-sdk/client-ec2";
import { ApiError } from "../call.ts";
import { findEarlierResult, rememberResult } from "./client-tokens.ts";
import { type Ec2, nowText } from "./ec2.ts";
import { stopIfDryRun } from "./errors.ts";
import { newId } from "./ids.ts";
import { rootDeviceName } from "./images.ts";
import { driveInstance } from "./instance-life.ts";
import { requireInstance, toSdkInstance } from "./instances.ts";
import { checkLaunch, type Launch } from "./launch-checks.ts";
import { volumesAtLaunch } from "./launch-volumes.ts";
import { freeAddress } from "./network.ts";
import type { InstanceRow, SpotRequestRow } from "./rows.ts";
import { newSpotRequest } from "./spot-requests.ts";
import { putTags } from "./tags.ts";

/** Rules: RunInstances API page; each check names its own. */
export function runInstances(ec2: Ec2, input: RunInstancesRequest): Reservation {
  const earlier = findEarlierResult(ec2, "RunInstances", input);
  if (earlier && !input.DryRun) return answerAgain(ec2, earlier);
  const launch = checkLaunch(ec2, input);
  stopIfDryRun(input);
  const ids = startInstances(ec2, launch, input);
  for (const id of ids) driveInstance(ec2, id);
  return toReservation(ec2, ids);
}

/**
 * "Ensuring idempotency in Amazon EC2 API requests": the same answer again; but a token whose instances
 * were terminated is refused ("Error codes for the Amazon EC2 API", IdempotentInstanceTerminated).
 */
function answerAgain(ec2: Ec2, ids: readonly string[]): Reservation {
  const rows = ids.map((id) => ec2.instances.get(id));
  if (rows.every((row) => !row || row.state === "terminated" || row.state === "shutting-down")) {
    throw new ApiError(
      "IdempotentInstanceTerminated",
      "The request to launch an instance uses the same client token as a previous request for which the instance has been terminated.",
    );
  }
  return toReservation(ec2, ids);
}

function startInstances(ec2: Ec2, launch: Launch, input: RunInstancesRequest): string[] {
  const reservationId = newId("r");
  const taken = new Set(
    ec2.instances
      .all()
      .flatMap(({ state, privateIp }) => (state === "terminated" ? [] : privateIp)),
  );
  return ec2.store.transaction(() => {
    const ids: string[] = [];
    for (let launchIndex = 0; launchIndex < launch.count; launchIndex += 1) {
      const privateIp = freeAddress(ec2, launch.subnet, taken);
      taken.add(privateIp);
      const row = newInstance(ec2, launch, { reservationId, launchIndex, privateIp });
      const request = launch.spot ? newSpotRequest(ec2, row, launch.spot) : undefined;
      putLaunched(ec2, launch, row, request);
      ids.push(row.instanceId);
    }
    rememberResult(ec2, "RunInstances", input, ids);
    return ids;
  });
}

function newInstance(
  ec2: Ec2,
  launch: Launch,
  place: { reservationId: string; launchIndex: number; privateIp: string },
): InstanceRow {
  return {
    ...place,
    instanceId: newId("i"),
    imageId: launch.image.imageId,
    instanceType: launch.instanceType,
    zone: launch.subnet.zone,
    subnetId: launch.subnet.subnetId,
    securityGroupIds: launch.securityGroupIds,
    networkInterfaceId: newId("eni"),
    lifecycle: launch.spot ? "spot" : "on-demand",
    spotRequestId: undefined,
    profileName: launch.profileName,
    userData: launch.userData,
    metadata: launch.metadata,
    shutdownBehavior: launch.shutdownBehavior,
    ebsOptimized: launch.ebsOptimized,
    terminationProtected: launch.terminationProtected,
    rootDeviceName,
    clientToken: launch.clientToken,
    launchedAt: nowText(ec2),
    state: "pending",
    reason: undefined,
    plugPulledAt: undefined,
    terminatedAt: undefined,
    interruption: undefined,
    rebalanceNoticeAt: undefined,
  };
}

function putLaunched(
  ec2: Ec2,
  launch: Launch,
  row: InstanceRow,
  request: SpotRequestRow | undefined,
): void {
  ec2.instances.put(row.instanceId, { ...row, spotRequestId: request?.spotRequestId });
  putTags(ec2, row.instanceId, launch.tags.instance);
  putTags(ec2, row.networkInterfaceId, launch.tags["network-interface"]);
  for (const volume of volumesAtLaunch(launch.volumes, row)) {
    ec2.volumes.put(volume.volumeId, volume);
    putTags(ec2, volume.volumeId, launch.tags.volume);
  }
  if (request) {
    ec2.spotRequests.put(request.spotRequestId, request);
    putTags(ec2, request.spotRequestId, launch.tags["spot-instances-request"]);
  }
}

function toReservation(ec2: Ec2, ids: readonly string[]): Reservation {
  const rows = ids.map((id) => requireInstance(ec2, id));
  return {
    ReservationId: rows[0]?.reservationId,
    OwnerId: ec2.accountId,
    Groups: [],
    Instances: rows.map((row) => toSdkInstance(ec2, row)),
  };
}
