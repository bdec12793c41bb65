import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { Clock } from "../clock.ts";
import type { ObservedRequest } from "./request-observer.ts";

export interface AccessLog {
  /** One line for each answered request: time, service, action, status, caller, where from, request id. */
  write(request: ObservedRequest): void;
  close(): Promise<void>;
}

export function openAccessLog(path: string, clock: Clock): AccessLog {
  const stream = createWriteStream(path, { flags: "a", mode: 0o600 });
  return {
    write({ phase, service, action, status, principal, instanceId, requestId }) {
      if (phase === "before") return;
      const caller = principal.arn.slice(principal.arn.lastIndexOf(":") + 1);
      const words = [service, action, status, caller, instanceId ?? "host", requestId];
      stream.write(`${new Date(clock.now()).toISOString()} ${words.join(" ")}\n`);
    },
    async close() {
      stream.end();
      await finished(stream);
    },
  };
}
