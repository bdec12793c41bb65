import { isAlive } from "../process-identity.ts";
import { readKeys, readRunning } from "./state-directory.ts";

/** The one account and region of a local cloud. */
export const localAccountId = "000000000000";
export const localRegion = "us-east-1";

/** How to reach a running local cloud, and as whom. */
export interface LocalConnection {
  /** Such as `http://127.0.0.1:4566`. */
  endpoint: string;
  region: string;
  accountId: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** For the admin API only. */
  adminToken: string;
  backend: "kernel" | "null";
  pid: number;
}

/** @returns undefined when no server runs in the directory. */
export async function readConnection(stateDirectory: string): Promise<LocalConnection | undefined> {
  const running = await readRunning(stateDirectory);
  if (!running || !(await isAlive(running))) return undefined;
  const keys = await readKeys(stateDirectory);
  if (!keys) return undefined;
  return {
    endpoint: running.endpoint,
    region: localRegion,
    accountId: localAccountId,
    accessKeyId: keys.accessKeyId,
    secretAccessKey: keys.secretAccessKey,
    adminToken: keys.adminToken,
    backend: running.backend,
    pid: running.pid,
  };
}
