import { RunctlError } from "../../errors.ts";

/** When the agent's log says that `moment` was; milliseconds since 1970. */
export function momentOf(agentLog: string, moment: string): number {
  for (const line of agentLog.split("\n")) {
    if (!line.startsWith("{")) continue;
    const entry = JSON.parse(line) as { ms: number; moment?: string };
    if (entry.moment === moment) return entry.ms;
  }
  throw new RunctlError("OPERATION_FAILED", `the agent's log has no '${moment}'`);
}
