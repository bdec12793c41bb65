import type { RawGlobals } from "./global-options.ts";
import { shellLine } from "./shell-line.ts";

/** The flags that say where a command works. */
const places = ["local", "state-dir", "region", "profile", "endpoint-url"];

/**
 * Gives the command lines in a hint the flags by which this one was told where to work: what is pasted after a
 * `--local` command must not go to AWS.
 */
export function inSamePlace(hint: string, globals: RawGlobals): string {
  const words = places.flatMap((name) => {
    const value = globals[name];
    if (value === undefined) return [];
    return value === true ? [`--${name}`] : [`--${name}`, value];
  });
  if (words.length === 0) return hint;
  return hint.replaceAll(/\brunctl (?=(aws|s3) )/g, () => `runctl ${shellLine(words)} `);
}
