import { ApiError } from "../call.ts";

/**
 * Device names for HVM instances: `/dev/sd[a-z]`, `/dev/xvd[a-z]` with an optional second letter,
 * and both without `/dev/` ("Device names for volumes on Amazon EC2 instances"; xvd with a second letter
 * reaches from xvdaa to xvddx there). The root may carry a number (`/dev/sda1`).
 */
const form = /^(?:\/dev\/)?(?:sd([a-z])(1?)|xvd([a-z]|[a-c][a-z]|d[a-x]))$/;

/** @throws ApiError InvalidParameterValue when EC2 takes no such name for an EBS volume. */
export function checkDeviceName(device: string): void {
  const match = form.exec(device);
  const isNumbered = match?.[2] === "1" && match[1] !== "a";
  if (!match || isNumbered) {
    throw new ApiError(
      "InvalidParameterValue",
      `Value (${device}) for parameter device is invalid. ${device} is not a valid EBS device name.`,
    );
  }
}

/** What makes two names collide: `xvdf`, `/dev/xvdf` and `/dev/sdf` are one attachment point. */
export function attachmentPoint(device: string): string {
  return device
    .replace(/^\/dev\//, "")
    .replace(/^(sd|xvd)/, "")
    .replace(/1$/, "");
}

/** @throws ApiError InvalidParameterValue when another attachment of the instance has the name. */
export function checkDeviceFree(device: string, taken: readonly string[]): void {
  if (taken.some((name) => attachmentPoint(name) === attachmentPoint(device))) {
    throw new ApiError(
      "InvalidParameterValue",
      `Invalid value '${device}' for unixDevice. Attachment point ${device} is already in use`,
    );
  }
}
