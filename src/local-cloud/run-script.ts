import { runProgram, type ProgramResult, type RunOptions } from "../run-program.ts";

/**
 * Runs `sh` with these arguments; the kernel ends it when this process dies, so that a script of a
 * killed server does not go on mounting things that the next one has just cleaned away.
 */
export function runScript(
  args: readonly string[],
  options: RunOptions = {},
): Promise<ProgramResult> {
  return runProgram("setpriv", ["--pdeathsig", "KILL", "sh", ...args], options);
}
