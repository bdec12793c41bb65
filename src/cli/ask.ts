import { createInterface } from "node:readline/promises";
import { isRunctlError, RunctlError } from "../errors.ts";
import type { Parser } from "./parser.ts";

/** A terminal with a person at it. */
export interface Person {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream & { isTTY?: boolean };
  signal: AbortSignal;
}

export interface Inquiry {
  /** Undefined for an empty line: the preset holds. Asks again for what does not fit. */
  ask: <Value>(
    question: string,
    parse: Parser<Value>,
    preset: string,
  ) => Promise<Value | undefined>;
  close(): void;
}

export const isPresent = ({ input, output }: Person) =>
  input.isTTY === true && output.isTTY === true;

/** Asks one question after the other; Ctrl-C and Ctrl-D end it with INTERRUPTED. */
export function openInquiry({ input, output, signal }: Person): Inquiry {
  const lines = createInterface({ input, output });
  const ended = new AbortController();
  const end = () =>
    ended.abort(new RunctlError("INTERRUPTED", "interrupted, nothing was asked of AWS"));
  // The terminal gives Ctrl-C to this interface, not to the process; Ctrl-D closes it.
  lines.once("SIGINT", end);
  lines.once("close", end);
  const either = AbortSignal.any([signal, ended.signal]);
  const question = async (text: string) => {
    try {
      return (await lines.question(text, { signal: either })).trim();
    } catch (error) {
      output.write("\n");
      throw either.aborted ? either.reason : error;
    }
  };
  return {
    async ask(text, parse, preset) {
      for (;;) {
        const answer = await question(`${text} [${preset}]: `);
        if (answer === "") return undefined;
        try {
          return parse(answer);
        } catch (error) {
          if (!isRunctlError(error)) throw error;
          output.write(`  ${error.message}${error.hint ? ` (${error.hint})` : ""}\n`);
        }
      }
    },
    close: () => lines.close(),
  };
}
