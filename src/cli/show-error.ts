import { styleText } from "node:util";
import { exitCodes, isRunctlError } from "../errors.ts";
import type { RawGlobals } from "./global-options.ts";
import { inLines } from "./printable.ts";
import { inSamePlace } from "./same-place.ts";

interface ErrorStyle {
  json: boolean;
  color: boolean;
  debug: boolean;
  /** Of the command line; see `same-place.ts`. */
  globals?: RawGlobals;
}

/** The text for stderr and the exit code of whatever was thrown. Anything but a RunctlError is a bug and shows its stack. */
export function describeError(
  error: unknown,
  style: ErrorStyle,
): { text: string; exitCode: number } {
  const { code, message, exitCode, ...rest } = describe(error);
  const hint = rest.hint && inSamePlace(rest.hint, style.globals ?? {});
  const stack = style.debug ? causes(error) : [];
  if (style.json) {
    return { text: JSON.stringify({ error: { code, message, hint } }), exitCode };
  }
  const red = (text: string) =>
    style.color ? styleText("red", text, { validateStream: false }) : text;
  const lines = [` ${message}`, ...(hint ? [`hint: ${hint}`] : []), ...stack];
  return { text: red("error:") + inLines(lines.join("\n")), exitCode };
}

function describe(error: unknown) {
  if (isRunctlError(error)) {
    const { code, message, hint } = error;
    return { code, message, hint, exitCode: exitCodes[code] };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    code: "BUG",
    message: `this is a bug in runctl: ${stack}`,
    hint: "please report it with the command line and this text",
    exitCode: 1,
  };
}

function causes(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const own = error.stack ?? error.message;
  return [own, ...causes(error.cause).map((text) => `caused by: ${text}`)];
}
