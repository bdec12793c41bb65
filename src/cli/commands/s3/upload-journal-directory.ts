import { homedir } from "node:os";
import { join } from "node:path";

/** Where it is noted which uploads are unfinished. @see XDG Base Directory Specification, XDG_STATE_HOME. */
export function uploadJournalDirectory(env: Readonly<Record<string, string | undefined>>): string {
  const state = env["XDG_STATE_HOME"] || join(env["HOME"] || homedir(), ".local", "state");
  return join(state, "runctl", "uploads");
}
