import { createHmac, timingSafeEqual } from "node:crypto";

/** Tokens of IMDSv2. They carry their own end, so that they outlive the server as those of AWS outlive everything but the instance. */
export interface SessionTokens {
  create(instanceId: string, ttlSeconds: number): string;
  isValid(instanceId: string, token: string): boolean;
}

export function createSessionTokens(key: Uint8Array, now: () => number): SessionTokens {
  const sign = (instanceId: string, expiry: Buffer) =>
    createHmac("sha256", key).update(`${instanceId} `).update(expiry).digest();
  return {
    create(instanceId, ttlSeconds) {
      const expiry = Buffer.alloc(8);
      expiry.writeDoubleBE(now() + ttlSeconds * 1000);
      return Buffer.concat([expiry, sign(instanceId, expiry)]).toString("base64url");
    },
    isValid(instanceId, token) {
      const bytes = Buffer.from(token, "base64url");
      if (bytes.length !== 40) return false;
      const expiry = bytes.subarray(0, 8);
      return (
        timingSafeEqual(bytes.subarray(8), sign(instanceId, expiry)) &&
        now() < expiry.readDoubleBE()
      );
    },
  };
}
