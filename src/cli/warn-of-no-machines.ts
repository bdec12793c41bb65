import { readConnection } from "../local-cloud/connection.ts";
import type { Context } from "./context.ts";

/** What `local up` and `local doctor` say of the null backend. */
export const nullBackendWords = "the null backend is the API alone: no instance boots";

/** Said before something waits for an instance that never comes. */
export async function warnOfNoMachines(context: Context): Promise<void> {
  const { local, stateDirectory } = context.options;
  if (!local) return;
  const cloud = await readConnection(stateDirectory);
  if (cloud?.backend !== "null") return;
  context.hint(
    `${nullBackendWords}, and this waits until it gives up; what real ones need: runctl local doctor`,
  );
}
