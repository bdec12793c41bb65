import { RunctlError } from "../errors.ts";
import type { Interruption } from "./define-command.ts";
import { shellLine } from "../shell-line.ts";

interface Interruptible {
  /** As it was typed, without `runctl`. */
  argv: readonly string[];
  interruption: Interruption | undefined;
  /** Writes a line for the person. */
  say: (line: string) => void;
}

export interface Interrupts {
  signal: AbortSignal;
  stopListening: () => void;
}

/**
 * A signal that is aborted by the first Ctrl-C (or SIGTERM) after saying what goes on; a second one ends the process at once.
 * The reason is the error that the command ends with.
 */
export function listenForInterrupts({ argv, interruption, say }: Interruptible): Interrupts {
  const controller = new AbortController();
  const hint = interruption?.sameLineContinues
    ? `go on with: ${shellLine(["runctl", ...argv])}`
    : undefined;
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    say(`interrupted, stopping${interruption ? `: ${interruption.goesOn}` : ""}`);
    controller.abort(new RunctlError("INTERRUPTED", "interrupted", hint ? { hint } : {}));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return {
    signal: controller.signal,
    stopListening() {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
    },
  };
}
