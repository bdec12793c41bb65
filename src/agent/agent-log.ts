import { appendFileSync } from "node:fs";
import type { Clock } from "../clock.ts";

/** The moments that are measured: each is a line of the log with the time in milliseconds. */
type Moment =
  | "agentStarted"
  | "attached"
  | "formatted"
  | "mounted"
  | "commandStarted"
  | "noticeSeen"
  | "rebalanceSeen"
  | "shutdownSeen"
  | "sigtermSent"
  | "sigkillSent"
  | "commandEnded"
  | "unmounted"
  | "detached";

export interface AgentLog {
  moment(moment: Moment, details?: object): void;
  /** A sentence; it goes to the console of the instance too. */
  note(text: string, details?: object): void;
  /** Only on the console. */
  console(text: string): void;
}

/** One JSON object a line: `{"ms":…,"moment":…}` or `{"ms":…,"note":…}`. Never throws: a full disk must not end the agent. */
export function agentLog(file: string, clock: Clock, consolePath = "/dev/console"): AgentLog {
  const write = (line: object) => {
    append(file, `${JSON.stringify({ ms: clock.now(), ...line })}\n`);
  };
  return {
    moment(moment, details = {}) {
      write({ moment, ...details });
    },
    note(text, details = {}) {
      write({ note: text, ...details });
      append(consolePath, `runctl-agent: ${text}\n`);
    },
    console(text) {
      append(consolePath, `command: ${text}\n`);
    },
  };
}

function append(file: string, text: string): void {
  try {
    appendFileSync(file, text);
  } catch {
    // Nowhere left to say it.
  }
}
