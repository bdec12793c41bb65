import type {
  GetCallerIdentityCommandInput,
  GetCallerIdentityCommandOutput,
} from "@aws-sdk/client-sts";
import type { Call, Principal } from "./call.ts";
import type { SchemaService } from "./service-parts.ts";

/** @param roleIdOf of a role by its name, such as `AROA…`. */
export function createSts(roleIdOf: (roleName: string) => string | undefined): SchemaService {
  return {
    operations: {
      GetCallerIdentity(
        _input: GetCallerIdentityCommandInput,
        { principal }: Call,
      ): GetCallerIdentityCommandOutput {
        const UserId = userIdOf(principal, roleIdOf);
        return { Account: principal.accountId, Arn: principal.arn, UserId, $metadata: {} };
      },
    },
    // "No permissions are required to perform this operation": STS API reference, GetCallerIdentity.
    checks: () => [],
  };
}

function userIdOf(
  principal: Principal,
  roleIdOf: (roleName: string) => string | undefined,
): string {
  if (principal.kind === "role") {
    return `${roleIdOf(principal.roleName)}:${principal.instanceId}`;
  }
  return `AIDA${principal.accessKeyId.slice(4)}`;
}
