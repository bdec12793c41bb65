import { createHash, randomBytes } from "node:crypto";
import { ApiError } from "../call.ts";
import { invalidValue } from "./errors.ts";

/** A new id in the long form, such as `vol-0` and 16 hexadecimal digits. */
export function newId(prefix: string): string {
  return `${prefix}-0${randomBytes(8).toString("hex")}`;
}

/** The same id for the same name, for what every local cloud has: its network and images. */
export function fixedId(prefix: string, name: string): string {
  return `${prefix}-0${createHash("sha256").update(name).digest("hex").slice(0, 16)}`;
}

/** Both forms of "Amazon EC2 resource IDs": 8 digits before 2018, 17 since. */
function hasForm(prefix: string, id: string): boolean {
  return new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`).test(id);
}

/** @throws ApiError InvalidParameterValue when `id` has not the form of a volume id. */
export function checkVolumeId(id: string, parameter = "volumeId"): void {
  if (!hasForm("vol", id)) throw invalidValue(parameter, id, "Expected: 'vol-...'.");
}

/** @throws ApiError InvalidParameterValue when `id` has not the form of a snapshot id. */
export function checkSnapshotId(id: string, parameter = "snapshotId"): void {
  if (!hasForm("snap", id)) throw invalidValue(parameter, id, "Expected: 'snap-...'.");
}

/** @throws ApiError InvalidInstanceID.Malformed */
export function checkInstanceId(id: string): void {
  checkForm("i", id, "InvalidInstanceID.Malformed");
}

/** @throws ApiError with `code` when `id` has not the form of an id of this kind. */
export function checkForm(prefix: string, id: string, code: string): void {
  if (!hasForm(prefix, id)) throw new ApiError(code, `Invalid id: "${id}"`);
}
