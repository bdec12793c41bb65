import type { Store, Table } from "../store.ts";

export interface RoleRow {
  roleName: string;
  roleId: string;
  path: string;
  arn: string;
  assumeRolePolicyDocument: string;
  description: string | undefined;
  maxSessionDuration: number;
  createDate: string;
  permissionsBoundaryArn: string | undefined;
  /** Inline policies: name → document. */
  inlinePolicies: Readonly<Record<string, string>>;
  attachedPolicyArns: readonly string[];
  tags: Readonly<Record<string, string>>;
}

export interface InstanceProfileRow {
  instanceProfileName: string;
  instanceProfileId: string;
  path: string;
  arn: string;
  createDate: string;
  /** IAM allows one. */
  roleName: string | undefined;
  tags: Readonly<Record<string, string>>;
}

export interface PolicyRow {
  policyName: string;
  policyId: string;
  path: string;
  arn: string;
  description: string | undefined;
  createDate: string;
  updateDate: string;
  /** `v1` … */
  defaultVersionId: string;
  versions: ReadonlyArray<{ versionId: string; document: string; createDate: string }>;
  tags: Readonly<Record<string, string>>;
}

/** Roles and profiles are keyed by name (IAM compares names without case), policies by ARN. */
export interface IamTables {
  roles: Table<RoleRow>;
  profiles: Table<InstanceProfileRow>;
  policies: Table<PolicyRow>;
}

export function openIamTables(store: Store): IamTables {
  return {
    roles: store.table("iam-roles"),
    profiles: store.table("iam-instance-profiles"),
    policies: store.table("iam-policies"),
  };
}
