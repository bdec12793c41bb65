import type { Clock } from "../../clock.ts";
import { ApiError } from "../call.ts";
import type { IamTables, InstanceProfileRow, RoleRow } from "./iam-rows.ts";

/** IAM of one account: what its operations work on. */
export interface Iam extends IamTables {
  accountId: string;
  clock: Clock;
}

export function nowText(iam: Iam): string {
  return new Date(iam.clock.now()).toISOString();
}

/** @see IAM user guide, "IAM identifiers": names are unique without regard to case. */
export const nameKey = (name: string): string => name.toLowerCase();

/** @throws ApiError NoSuchEntity */
export function requireRole(iam: Iam, roleName: string): RoleRow {
  const role = iam.roles.get(nameKey(roleName));
  if (role) return role;
  throw noSuchEntity(`The role with name ${roleName} cannot be found.`);
}

export function changeRole(iam: Iam, role: RoleRow, change: Partial<RoleRow>): void {
  iam.roles.put(nameKey(role.roleName), { ...role, ...change });
}

/** @throws ApiError NoSuchEntity */
export function requireProfile(iam: Iam, name: string): InstanceProfileRow {
  const profile = iam.profiles.get(nameKey(name));
  if (profile) return profile;
  throw noSuchEntity(`Instance Profile ${name} cannot be found.`);
}

export function noSuchEntity(message: string): ApiError {
  return new ApiError("NoSuchEntity", message, 404);
}

/** @throws ApiError ValidationError when IAM does not allow the name. */
export function checkName(name: string, what: string, longest: number): void {
  if (/^[\w+=,.@-]+$/.test(name) && name.length <= longest) return;
  const message = `The specified value for ${what} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_- and be at most ${longest} characters long`;
  throw new ApiError("ValidationError", message);
}

/** @throws ApiError ValidationError. @returns `/` when there is none. */
export function checkPath(path: string | undefined): string {
  if (path === undefined) return "/";
  if (/^\/([\u0021-\u007e]{1,510}\/)?$/.test(path)) return path;
  throw new ApiError("ValidationError", "The specified value for path is invalid.");
}
