import type { Operation, SchemaService } from "../service-parts.ts";
import * as attached from "./attached-policies.ts";
import type { Iam } from "./iam.ts";
import * as inline from "./inline-policies.ts";
import * as profiles from "./instance-profiles.ts";
import * as managed from "./managed-policies.ts";
import * as roles from "./roles.ts";
import * as linked from "./service-linked-roles.ts";
import * as versions from "./policy-versions.ts";

/** IAM's operations: those on roles, instance profiles and policies; there are no users but the local one. */
export function createIamService(iam: Iam): SchemaService {
  const on =
    <Input, Output>(run: (iam: Iam, input: Input) => Output): Operation<Input, Output> =>
    (input) =>
      run(iam, input);
  return {
    operations: {
      CreateRole: on(roles.createRole),
      GetRole: on(roles.getRole),
      ListRoles: on(roles.listRoles),
      DeleteRole: on(roles.deleteRole),
      UpdateAssumeRolePolicy: on(roles.updateAssumeRolePolicy),
      TagRole: on(roles.tagRole),
      UntagRole: on(roles.untagRole),
      ListRoleTags: on(roles.listRoleTags),
      PutRolePolicy: on(inline.putRolePolicy),
      GetRolePolicy: on(inline.getRolePolicy),
      ListRolePolicies: on(inline.listRolePolicies),
      DeleteRolePolicy: on(inline.deleteRolePolicy),
      AttachRolePolicy: on(attached.attachRolePolicy),
      DetachRolePolicy: on(attached.detachRolePolicy),
      ListAttachedRolePolicies: on(attached.listAttachedRolePolicies),
      PutRolePermissionsBoundary: on(attached.putRolePermissionsBoundary),
      CreatePolicy: on(managed.createPolicy),
      GetPolicy: on(managed.getPolicy),
      ListPolicies: on(managed.listPolicies),
      DeletePolicy: on(managed.deletePolicy),
      CreatePolicyVersion: on(versions.createPolicyVersion),
      GetPolicyVersion: on(versions.getPolicyVersion),
      ListPolicyVersions: on(versions.listPolicyVersions),
      SetDefaultPolicyVersion: on(versions.setDefaultPolicyVersion),
      DeletePolicyVersion: on(versions.deletePolicyVersion),
      CreateInstanceProfile: on(profiles.createInstanceProfile),
      GetInstanceProfile: on(profiles.getInstanceProfile),
      ListInstanceProfiles: on(profiles.listInstanceProfiles),
      ListInstanceProfilesForRole: on(profiles.listInstanceProfilesForRole),
      AddRoleToInstanceProfile: on(profiles.addRoleToInstanceProfile),
      RemoveRoleFromInstanceProfile: on(profiles.removeRoleFromInstanceProfile),
      DeleteInstanceProfile: on(profiles.deleteInstanceProfile),
      TagInstanceProfile: on(profiles.tagInstanceProfile),
      CreateServiceLinkedRole: on(linked.createServiceLinkedRole),
      DeleteServiceLinkedRole: on(linked.deleteServiceLinkedRole),
    },
    checks: (action, input) => [
      { action: `iam:${action}`, resource: resourceOf(iam.accountId, input) },
    ],
  };
}

/** @see Service authorization reference, "Actions, resources, and condition keys for IAM". */
function resourceOf(accountId: string, input: Readonly<Record<string, unknown>>): string {
  const { PolicyArn, RoleName, InstanceProfileName } = input;
  if (typeof InstanceProfileName === "string") {
    return `arn:aws:iam::${accountId}:instance-profile/${InstanceProfileName}`;
  }
  if (typeof RoleName === "string") return `arn:aws:iam::${accountId}:role/${RoleName}`;
  return typeof PolicyArn === "string" ? PolicyArn : "*";
}
