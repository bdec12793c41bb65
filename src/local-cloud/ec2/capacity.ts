import { ApiError } from "../call.ts";
import type { Ec2 } from "./ec2.ts";
import { zonesOffering } from "./instance-types.ts";

/**
 * What the `no-capacity` fault says, in AWS's words ("Troubleshoot Amazon EC2 instance launch issues",
 * "Insufficient instance capacity"). Without the fault there is always capacity.
 *
 * @throws ApiError InsufficientInstanceCapacity, which AWS answers with 500.
 */
export function checkCapacity(
  ec2: Ec2,
  launch: { instanceType: string; zone: string; isSpot: boolean },
): void {
  const { instanceType, zone } = launch;
  if (!isExhausted(ec2, instanceType, zone)) return;
  if (launch.isSpot) {
    throw new ApiError(
      "InsufficientInstanceCapacity",
      "There is no Spot capacity available that matches your request.",
      500,
    );
  }
  const others = zonesOffering(ec2.region, instanceType).filter(
    (other) => other !== zone && !isExhausted(ec2, instanceType, other),
  );
  const advice =
    others.length > 0
      ? ` You can currently get ${instanceType} capacity by not specifying an Availability Zone in your request or choosing ${others.join(", ")}.`
      : "";
  throw new ApiError(
    "InsufficientInstanceCapacity",
    `We currently do not have sufficient ${instanceType} capacity in the Availability Zone you requested (${zone}). Our system will be working on provisioning additional capacity.${advice}`,
    500,
  );
}

function isExhausted(ec2: Ec2, instanceType: string, zone: string): boolean {
  return ec2.faults
    .list()
    .some(
      (fault) =>
        fault.kind === "no-capacity" &&
        (fault.zone ?? zone) === zone &&
        (fault.instanceType ?? instanceType) === instanceType,
    );
}
