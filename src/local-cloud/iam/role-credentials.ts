import { createHmac } from "node:crypto";
import { base32 } from "../base32.ts";
import type { TemporaryCredentials } from "../imds/instance-view.ts";
import { sameSignature } from "../signature/chunk-signature.ts";
import { SignatureError } from "../signature/signature-error.ts";

/** Whose temporary credentials they are, and until when. */
export interface RoleSession {
  roleName: string;
  /** A role made anew under the same name is another role. */
  roleId: string;
  instanceId: string;
  /** Milliseconds since 1970. */
  expires: number;
}

/** How long EC2's credentials live, and how often IMDS has new ones. */
const lifetimeMs = 6 * 3_600_000;
const renewalMs = 3_600_000;
const macBytes = 32;

/**
 * Temporary credentials of a role on an instance.
 *
 * Nothing of them is stored: the token says whose they are and bears a seal, and key id and secret are
 * derived from the token. So they outlive a restart of the server, as an instance would expect.
 *
 * @param sealKey random, of the state directory.
 */
export function credentialsFor(
  sealKey: string,
  session: Omit<RoleSession, "expires">,
  now: number,
): TemporaryCredentials {
  const lastUpdated = Math.floor(now / renewalMs) * renewalMs;
  const expires = lastUpdated + lifetimeMs;
  const payload = Buffer.from(JSON.stringify({ ...session, expires }));
  const sessionToken = Buffer.concat([payload, mac(sealKey, "token", payload)]).toString("base64");
  return {
    ...keyPair(sealKey, payload),
    sessionToken,
    lastUpdated: new Date(lastUpdated),
    expiration: new Date(expires),
  };
}

/**
 * The session that a token stands for and the secret that goes with it.
 *
 * @throws SignatureError `wrong-token` when it was not made here or for another key, `expired-token`.
 */
export function openSession(
  sealKey: string,
  accessKeyId: string,
  sessionToken: string,
  now: number,
): { session: RoleSession; secretAccessKey: string } {
  const token = Buffer.from(sessionToken, "base64");
  const payload = token.subarray(0, Math.max(0, token.length - macBytes));
  const seal = token.subarray(payload.length).toString("hex");
  const keys = keyPair(sealKey, payload);
  const isGenuine = sameSignature(mac(sealKey, "token", payload).toString("hex"), seal);
  if (!isGenuine || keys.accessKeyId !== accessKeyId) {
    throw new SignatureError("wrong-token", "the session token does not belong to the access key");
  }
  const session = JSON.parse(payload.toString()) as RoleSession;
  if (now >= session.expires) {
    const message = `the session token expired at ${new Date(session.expires).toISOString()}`;
    throw new SignatureError("expired-token", message);
  }
  return { session, secretAccessKey: keys.secretAccessKey };
}

function keyPair(sealKey: string, payload: Buffer) {
  return {
    accessKeyId: `ASIA${base32(mac(sealKey, "access-key-id", payload)).slice(0, 16)}`,
    secretAccessKey: mac(sealKey, "secret", payload).toString("base64").slice(0, 40),
  };
}

function mac(sealKey: string, purpose: string, payload: Buffer): Buffer {
  return createHmac("sha256", sealKey).update(`${purpose}\0`).update(payload).digest();
}
