import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { Clock } from "../clock.ts";
import type { ObservedRequest } from "./request-observer.ts";

export interface AccessLog {
  /** One line for each answered request: time, service, action, status, caller, where from, request id. */
  write(request: ObservedRequest): void;
  close(): Promise<void>;
}

/** Lines that come within this time are one write: one each cost a tenth of a small request. */
const gatherMs = 100;

export function openAccessLog(path: string, clock: Clock): AccessLog {
  const stream = createWriteStream(path, { flags: "a", mode: 0o600 });
  let lines = "";
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    timer = undefined;
    stream.write(lines);
    lines = "";
  };
  return {
    write({ phase, service, action, status, principal, instanceId, requestId }) {
      if (phase === "before") return;
      const caller = principal.arn.slice(principal.arn.lastIndexOf(":") + 1);
      const words = [service, action, status, caller, instanceId ?? "host", requestId];
      lines += `${new Date(clock.now()).toISOString()} ${words.join(" ")}\n`;
      timer ??= setTimeout(flush, gatherMs);
    },
    async close() {
      clearTimeout(timer);
      stream.end(lines);
      await finished(stream);
    },
  };
}
