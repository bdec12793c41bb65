import { RunctlError } from "../errors.ts";
import { type LocalConnection, readConnection } from "../local-cloud/connection.ts";

/** @throws RunctlError CONFIGURATION when no local cloud runs in the directory. */
export async function requireLocalCloud(stateDirectory: string): Promise<LocalConnection> {
  const connection = await readConnection(stateDirectory);
  if (connection) return connection;
  throw new RunctlError("CONFIGURATION", `no local cloud runs in ${stateDirectory}`, {
    hint:
      "start one with: runctl local up --detach; one that runs elsewhere is named by " +
      "--state-dir D or RUNCTL_STATE_DIR",
  });
}
