import type { InstanceTypeFacts } from "../../facts/instance-type.ts";
import { instanceTypes } from "../../facts/instance-types.ts";
import { ApiError } from "../call.ts";
import { zonesOf } from "./zones.ts";

/** @throws ApiError InvalidParameterValue for a type that the local cloud does not have (RunInstances). */
export function requireTypeFacts(name: string): InstanceTypeFacts {
  const facts = Object.hasOwn(instanceTypes, name) ? instanceTypes[name] : undefined;
  if (!facts) {
    throw new ApiError("InvalidParameterValue", `Invalid value '${name}' for InstanceType.`);
  }
  return facts;
}

/** The zones of the region that have the type: the dump's for us-east-1, all elsewhere. */
export function zonesOffering(region: string, name: string): string[] {
  const { usEast1Zones } = requireTypeFacts(name);
  return zonesOf(region)
    .filter(({ id }) => region !== "us-east-1" || usEast1Zones.includes(Number(id.split("-az")[1])))
    .map((zone) => zone.name);
}

/**
 * "Amazon EBS volume limits for Amazon EC2 instances". Where the limit is shared, the primary network
 * interface is already taken off in the published figure.
 *
 * @throws ApiError AttachmentLimitExceeded
 */
export function checkAttachmentLimit(instanceType: string, volumes: number): void {
  const { maxAttachments } = requireTypeFacts(instanceType);
  if (volumes > maxAttachments) {
    throw new ApiError(
      "AttachmentLimitExceeded",
      `The maximum number of attachments for instance type ${instanceType} is ${maxAttachments}.`,
    );
  }
}
