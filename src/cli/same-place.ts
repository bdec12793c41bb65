import type { RawGlobals } from "./global-options.ts";
import { shellLine } from "../shell-line.ts";

/** The flags that say where a command works. */
const places = ["local", "state-dir", "region", "profile", "endpoint-url"];

/**
 * Gives the command lines in a hint the flags by which this one was told where to work: what is pasted after a
 * `--local` command must not go to AWS, and `local up` is of the directory that was asked for.
 */
export function inSamePlace(hint: string, globals: RawGlobals): string {
  return hint.replaceAll(/\brunctl (?=(aws|s3|local) )/g, (runctl, group: string) => {
    const words = flagsOf(globals, group === "local" ? ["state-dir"] : places);
    return words.length === 0 ? runctl : `${runctl}${shellLine(words)} `;
  });
}

function flagsOf(globals: RawGlobals, names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const value = globals[name];
    if (value === undefined) return [];
    return value === true ? [`--${name}`] : [`--${name}`, value];
  });
}
