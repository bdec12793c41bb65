import type { Principal } from "../call.ts";
import type { FindKey } from "../signature/verify-signature.ts";
import { SignatureError } from "../signature/signature-error.ts";
import { type Iam, nameKey } from "./iam.ts";
import { openSession } from "./role-credentials.ts";

/** The keys of a state directory that sign and seal. */
export interface SigningKeys {
  accessKeyId: string;
  secretAccessKey: string;
  /** Seals the session tokens of roles. */
  sealKey: string;
}

const localUserName = "local";

/** Finds whose key signed: the local user's, or a role's that IMDS gave out. */
export function createFindKey(iam: Iam, keys: SigningKeys): FindKey {
  const user: Principal = {
    kind: "user",
    arn: `arn:aws:iam::${iam.accountId}:user/${localUserName}`,
    accountId: iam.accountId,
    accessKeyId: keys.accessKeyId,
  };
  return (accessKeyId, sessionToken) => {
    if (accessKeyId === keys.accessKeyId) {
      if (sessionToken === undefined) {
        return { secretAccessKey: keys.secretAccessKey, principal: user };
      }
      throw new SignatureError("wrong-token", "a long-term access key has no session token");
    }
    // Without its token a temporary key is no key at all: AWS does not know it either.
    if (!accessKeyId.startsWith("ASIA") || sessionToken === undefined) return undefined;
    const now = iam.clock.now();
    const { session, secretAccessKey } = openSession(keys.sealKey, accessKeyId, sessionToken, now);
    const { roleName, roleId, instanceId } = session;
    if (iam.roles.get(nameKey(roleName))?.roleId !== roleId) {
      throw new SignatureError("wrong-token", `the role ${roleName} of the token is gone`);
    }
    const arn = `arn:aws:sts::${iam.accountId}:assumed-role/${roleName}/${instanceId}`;
    const { accountId } = iam;
    const principal: Principal = {
      kind: "role",
      roleName,
      arn,
      accountId,
      accessKeyId,
      instanceId,
    };
    return { secretAccessKey, principal };
  };
}
