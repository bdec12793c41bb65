import { createInterface } from "node:readline/promises";
import { isRunctlError, RunctlError } from "../errors.ts";

interface Asker {
  yes: boolean;
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream;
  signal: AbortSignal;
}

/**
 * Shows what is at stake and waits for `y`; anything else is a no.
 *
 * @throws RunctlError CONFIRMATION_NEEDED for a no, or when there is nobody to ask; INTERRUPTED for Ctrl-C.
 */
export async function confirm(
  question: string,
  atStake: readonly string[],
  { yes, input, output, signal }: Asker,
): Promise<void> {
  if (yes) return;
  if (!input.isTTY) {
    throw new RunctlError("CONFIRMATION_NEEDED", `not done, there is nobody to ask: ${question}`, {
      hint: "add --yes to go ahead",
    });
  }
  for (const line of atStake) output.write(`  ${line}\n`);
  const lines = createInterface({ input, output });
  const ended = new AbortController();
  // The terminal gives Ctrl-C to this interface, not to the process; Ctrl-D closes it.
  lines.once("SIGINT", () =>
    ended.abort(new RunctlError("INTERRUPTED", `interrupted, not done: ${question}`)),
  );
  lines.once("close", () => ended.abort());
  try {
    const answer = await lines.question(`${question} [y/N] `, {
      signal: AbortSignal.any([signal, ended.signal]),
    });
    if (/^y(es)?$/i.test(answer.trim())) return;
  } catch {
    output.write("\n");
    signal.throwIfAborted();
    if (isRunctlError(ended.signal.reason)) throw ended.signal.reason;
  } finally {
    lines.close();
  }
  throw new RunctlError("CONFIRMATION_NEEDED", `not done: ${question}`, {
    hint: "answer y, or add --yes",
  });
}
