import type {
  AddRoleToInstanceProfileCommandInput,
  CreateInstanceProfileCommandInput,
  DeleteInstanceProfileCommandInput,
  GetInstanceProfileCommandInput,
  InstanceProfile,
  ListInstanceProfilesCommandInput,
  ListInstanceProfilesForRoleCommandInput,
  RemoveRoleFromInstanceProfileCommandInput,
  TagInstanceProfileCommandInput,
} from "@aws-sdk/client-iam";
import { ApiError } from "../call.ts";
import { newEntityId } from "./entity-id.ts";
import {
  checkName,
  checkPath,
  type Iam,
  nameKey,
  noSuchEntity,
  nowText,
  requireProfile,
  requireRole,
} from "./iam.ts";
import { page } from "./iam-paging.ts";
import type { InstanceProfileRow } from "./iam-rows.ts";
import { addTags, tagList } from "./iam-tags.ts";
import { showRole } from "./roles.ts";

export function createInstanceProfile(iam: Iam, input: CreateInstanceProfileCommandInput) {
  const name = input.InstanceProfileName ?? "";
  checkName(name, "instanceProfileName", 128);
  const path = checkPath(input.Path);
  if (iam.profiles.get(nameKey(name))) {
    throw new ApiError("EntityAlreadyExists", `Instance Profile ${name} already exists.`, 409);
  }
  const row: InstanceProfileRow = {
    instanceProfileName: name,
    instanceProfileId: newEntityId("instance-profile"),
    path,
    arn: `arn:aws:iam::${iam.accountId}:instance-profile${path}${name}`,
    createDate: nowText(iam),
    roleName: undefined,
    tags: addTags({}, input.Tags),
  };
  iam.profiles.put(nameKey(name), row);
  return { InstanceProfile: showProfile(iam, row) };
}

export function getInstanceProfile(iam: Iam, input: GetInstanceProfileCommandInput) {
  const profile = requireProfile(iam, input.InstanceProfileName ?? "");
  return { InstanceProfile: showProfile(iam, profile) };
}

export function listInstanceProfiles(iam: Iam, input: ListInstanceProfilesCommandInput) {
  const prefix = input.PathPrefix ?? "/";
  return listProfiles(iam, input, (row) => row.path.startsWith(prefix));
}

export function listInstanceProfilesForRole(
  iam: Iam,
  input: ListInstanceProfilesForRoleCommandInput,
) {
  const { roleName } = requireRole(iam, input.RoleName ?? "");
  return listProfiles(iam, input, (row) => row.roleName === roleName);
}

function listProfiles(
  iam: Iam,
  input: ListInstanceProfilesCommandInput | ListInstanceProfilesForRoleCommandInput,
  isWanted: (row: InstanceProfileRow) => boolean,
) {
  const { entries, ...rest } = page(iam.profiles.all().filter(isWanted), input);
  return { InstanceProfiles: entries.map((row) => showProfile(iam, row)), ...rest };
}

/** @see IAM API reference, "AddRoleToInstanceProfile": a profile holds one role, a quota that cannot be raised. */
export function addRoleToInstanceProfile(
  iam: Iam,
  input: AddRoleToInstanceProfileCommandInput,
): void {
  const profile = requireProfile(iam, input.InstanceProfileName ?? "");
  const { roleName } = requireRole(iam, input.RoleName ?? "");
  if (profile.roleName !== undefined) {
    const message = "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1";
    throw new ApiError("LimitExceeded", message, 409);
  }
  changeProfile(iam, profile, { roleName });
}

export function removeRoleFromInstanceProfile(
  iam: Iam,
  input: RemoveRoleFromInstanceProfileCommandInput,
): void {
  const profile = requireProfile(iam, input.InstanceProfileName ?? "");
  const { roleName } = requireRole(iam, input.RoleName ?? "");
  if (profile.roleName !== roleName) {
    const message = `Role ${roleName} is not associated with instance profile ${profile.instanceProfileName}.`;
    throw noSuchEntity(message);
  }
  changeProfile(iam, profile, { roleName: undefined });
}

export function deleteInstanceProfile(iam: Iam, input: DeleteInstanceProfileCommandInput): void {
  const profile = requireProfile(iam, input.InstanceProfileName ?? "");
  if (profile.roleName !== undefined) {
    const message = "Cannot delete entity, must remove roles from instance profile first.";
    throw new ApiError("DeleteConflict", message, 409);
  }
  iam.profiles.delete(nameKey(profile.instanceProfileName));
}

export function tagInstanceProfile(iam: Iam, input: TagInstanceProfileCommandInput): void {
  const profile = requireProfile(iam, input.InstanceProfileName ?? "");
  changeProfile(iam, profile, { tags: addTags(profile.tags, input.Tags) });
}

function changeProfile(
  iam: Iam,
  profile: InstanceProfileRow,
  change: Partial<InstanceProfileRow>,
): void {
  iam.profiles.put(nameKey(profile.instanceProfileName), { ...profile, ...change });
}

function showProfile(iam: Iam, row: InstanceProfileRow): InstanceProfile {
  const role = row.roleName === undefined ? undefined : iam.roles.get(nameKey(row.roleName));
  return {
    Path: row.path,
    InstanceProfileName: row.instanceProfileName,
    InstanceProfileId: row.instanceProfileId,
    Arn: row.arn,
    CreateDate: new Date(row.createDate),
    Roles: role ? [showRole({ ...role, tags: {} })] : [],
    ...(Object.keys(row.tags).length > 0 ? { Tags: tagList(row.tags) } : {}),
  };
}
