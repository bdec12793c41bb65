import type { Faults } from "../faults.ts";
import type { InstanceProfile, InstanceProfiles } from "../service-parts.ts";
import { type Iam, nameKey } from "./iam.ts";
import type { InstanceProfileRow, RoleRow } from "./iam-rows.ts";
import { parseTrustPolicy } from "./policy/policy-document.ts";
import { credentialsFor } from "./role-credentials.ts";

/** What EC2 sees of IAM; a new profile comes late when the fault says so. */
export function createInstanceProfiles(
  iam: Iam,
  faults: Faults,
  sealKey: string,
): InstanceProfiles {
  return {
    find(nameOrArn) {
      const row = nameOrArn.startsWith("arn:")
        ? iam.profiles.all().find(({ arn }) => arn === nameOrArn)
        : iam.profiles.get(nameKey(nameOrArn));
      if (!row || isLate(iam, faults, row)) return undefined;
      return show(iam, row, sealKey);
    },
  };
}

function isLate(iam: Iam, faults: Faults, row: InstanceProfileRow): boolean {
  const ageSeconds = (iam.clock.now() - Date.parse(row.createDate)) / 1000;
  return faults
    .list()
    .some((fault) => fault.kind === "late-instance-profile" && ageSeconds < fault.seconds);
}

function show(iam: Iam, row: InstanceProfileRow, sealKey: string): InstanceProfile {
  const { instanceProfileName: name, arn, instanceProfileId: id } = row;
  const role = row.roleName === undefined ? undefined : iam.roles.get(nameKey(row.roleName));
  // A role that EC2 may not assume gives the instance nothing, as if there were none.
  if (!role || !trustsEc2(role)) return { name, arn, id, role: undefined };
  const { roleName, roleId } = role;
  return {
    name,
    arn,
    id,
    role: {
      name: roleName,
      credentialsFor: (instanceId) =>
        credentialsFor(sealKey, { roleName, roleId, instanceId }, iam.clock.now()),
    },
  };
}

function trustsEc2(role: RoleRow): boolean {
  const { trustedServices } = parseTrustPolicy(role.assumeRolePolicyDocument);
  return trustedServices.includes("ec2.amazonaws.com");
}
