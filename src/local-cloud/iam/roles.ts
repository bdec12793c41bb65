import type {
  CreateRoleCommandInput,
  CreateRoleCommandOutput,
  DeleteRoleCommandInput,
  GetRoleCommandInput,
  GetRoleCommandOutput,
  ListRolesCommandInput,
  ListRoleTagsCommandInput,
  Role,
  TagRoleCommandInput,
  UntagRoleCommandInput,
  UpdateAssumeRolePolicyCommandInput,
} from "@aws-sdk/client-iam";
import { ApiError } from "../call.ts";
import { checkTrustDocument, encodeDocument } from "./check-document.ts";
import { newEntityId } from "./entity-id.ts";
import {
  changeRole,
  checkName,
  checkPath,
  type Iam,
  nameKey,
  nowText,
  requireRole,
} from "./iam.ts";
import { page } from "./iam-paging.ts";
import type { RoleRow } from "./iam-rows.ts";
import { addTags, tagList, withoutTags } from "./iam-tags.ts";
import { requirePolicyDocument } from "./policy-documents.ts";

export function showRole(row: RoleRow): Role {
  return {
    Path: row.path,
    RoleName: row.roleName,
    RoleId: row.roleId,
    Arn: row.arn,
    CreateDate: new Date(row.createDate),
    AssumeRolePolicyDocument: encodeDocument(row.assumeRolePolicyDocument),
    MaxSessionDuration: row.maxSessionDuration,
    ...(row.description === undefined ? {} : { Description: row.description }),
    ...(row.permissionsBoundaryArn === undefined
      ? {}
      : {
          PermissionsBoundary: {
            PermissionsBoundaryType: "PermissionsBoundaryPolicy",
            PermissionsBoundaryArn: row.permissionsBoundaryArn,
          },
        }),
    ...(Object.keys(row.tags).length > 0 ? { Tags: tagList(row.tags) } : {}),
  };
}

/** @see IAM API reference, "CreateRole". */
export function createRole(iam: Iam, input: CreateRoleCommandInput): CreateRoleCommandOutput {
  const roleName = input.RoleName ?? "";
  checkName(roleName, "roleName", 64);
  const path = checkPath(input.Path);
  if (iam.roles.get(nameKey(roleName))) {
    throw new ApiError("EntityAlreadyExists", `Role with name ${roleName} already exists.`, 409);
  }
  const maxSessionDuration = input.MaxSessionDuration ?? 3600;
  if (maxSessionDuration < 3600 || maxSessionDuration > 43_200) {
    throw new ApiError("ValidationError", "MaxSessionDuration must be 3600 to 43200 seconds");
  }
  const document = input.AssumeRolePolicyDocument ?? "";
  checkTrustDocument(document);
  if (input.PermissionsBoundary !== undefined)
    requirePolicyDocument(iam, input.PermissionsBoundary);
  const row = addRole(iam, {
    roleName,
    path,
    assumeRolePolicyDocument: document,
    description: input.Description,
    maxSessionDuration,
    permissionsBoundaryArn: input.PermissionsBoundary,
    tags: addTags({}, input.Tags),
  });
  return { Role: showRole(row), $metadata: {} };
}

export function addRole(
  iam: Iam,
  role: Omit<RoleRow, "roleId" | "arn" | "createDate" | "inlinePolicies" | "attachedPolicyArns">,
): RoleRow {
  const row: RoleRow = {
    ...role,
    roleId: newEntityId("role"),
    arn: `arn:aws:iam::${iam.accountId}:role${role.path}${role.roleName}`,
    createDate: nowText(iam),
    inlinePolicies: {},
    attachedPolicyArns: [],
  };
  iam.roles.put(nameKey(role.roleName), row);
  return row;
}

export function getRole(iam: Iam, input: GetRoleCommandInput): GetRoleCommandOutput {
  return { Role: showRole(requireRole(iam, input.RoleName ?? "")), $metadata: {} };
}

export function listRoles(iam: Iam, input: ListRolesCommandInput) {
  const prefix = input.PathPrefix ?? "/";
  const roles = iam.roles
    .all()
    .filter((row) => row.path.startsWith(prefix))
    .toSorted((left, right) => left.roleName.localeCompare(right.roleName));
  const { entries, ...rest } = page(roles, input);
  // Lists leave the tags out. @see IAM API reference, "ListRoles".
  return { Roles: entries.map((row) => showRole({ ...row, tags: {} })), ...rest };
}

const conflict = (what: string): ApiError =>
  new ApiError("DeleteConflict", `Cannot delete entity, must ${what} first.`, 409);

/** @see IAM API reference, "DeleteRole": what hangs on the role must be gone before. */
export function deleteRole(iam: Iam, input: DeleteRoleCommandInput): void {
  const role = requireRole(iam, input.RoleName ?? "");
  if (iam.profiles.all().some(({ roleName }) => roleName === role.roleName)) {
    throw conflict("remove roles from instance profile");
  }
  if (role.attachedPolicyArns.length > 0) throw conflict("detach all policies");
  if (Object.keys(role.inlinePolicies).length > 0) throw conflict("delete policies");
  iam.roles.delete(nameKey(role.roleName));
}

export function updateAssumeRolePolicy(iam: Iam, input: UpdateAssumeRolePolicyCommandInput): void {
  const role = requireRole(iam, input.RoleName ?? "");
  const document = input.PolicyDocument ?? "";
  checkTrustDocument(document);
  changeRole(iam, role, { assumeRolePolicyDocument: document });
}

export function tagRole(iam: Iam, input: TagRoleCommandInput): void {
  const role = requireRole(iam, input.RoleName ?? "");
  changeRole(iam, role, { tags: addTags(role.tags, input.Tags) });
}

export function untagRole(iam: Iam, input: UntagRoleCommandInput): void {
  const role = requireRole(iam, input.RoleName ?? "");
  changeRole(iam, role, { tags: withoutTags(role.tags, input.TagKeys) });
}

export function listRoleTags(iam: Iam, input: ListRoleTagsCommandInput) {
  const role = requireRole(iam, input.RoleName ?? "");
  const { entries, ...rest } = page(tagList(role.tags), input);
  return { Tags: entries, ...rest };
}
