import { chooseBackend } from "./hosts/choose-backend.ts";
import { holdStateDirectory } from "./state-directory.ts";

/**
 * Frees what the instances of a killed server still hold: machines, loop devices, mounts, namespaces. Works whatever
 * state the server left behind; the next server finds those instances without power.
 *
 * @throws RunctlError CONFLICT when a server runs in the directory.
 */
export async function freeLocalCloud(stateDirectory: string): Promise<void> {
  const held = await holdStateDirectory(stateDirectory);
  try {
    const backend = await chooseBackend("auto", { stateDirectory });
    await backend.releaseAll();
  } finally {
    await held.release();
  }
}
