import { createInterface } from "node:readline/promises";
import { RunctlError } from "../errors.ts";

interface Asker {
  yes: boolean;
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream;
  signal: AbortSignal;
}

/**
 * Shows what is at stake and waits for `y`; anything else is a no.
 *
 * @throws RunctlError CONFIRMATION_NEEDED for a no, or when there is nobody to ask.
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
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal });
    if (/^y(es)?$/i.test(answer.trim())) return;
  } finally {
    lines.close();
  }
  throw new RunctlError("CONFIRMATION_NEEDED", `not done: ${question}`, {
    hint: "answer y, or add --yes",
  });
}
