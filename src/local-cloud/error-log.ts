import { appendFileSync } from "node:fs";
import { inspect } from "node:util";

/** Keeps unexpected failures, which are bugs, in a file beside the state. */
export function createErrorLog(path: string): (error: unknown, about?: string) => void {
  return (error, about = "request") => {
    const line = `${new Date().toISOString()} ${about}: ${inspect(error)}\n`;
    appendFileSync(path, line, { mode: 0o600 });
  };
}
