import { spawn, type SpawnOptions } from "node:child_process";
import { dirname } from "node:path";
import { RunctlError } from "../../errors.ts";

export interface ChildCli {
  /** Runs `runctl WORDS --local --state-dir … --output json` as a person would, and returns what it printed. */
  run<Result>(...words: string[]): Promise<Result>;
  /** The same with text as output, for a caller that spawns and reads it while it runs. */
  commandLine(...words: string[]): { program: string; args: string[] };
}

/**
 * The CLI as a program of its own: the demo goes through the same door as its reader.
 *
 * @param program the file that Node runs; default the one that runs now.
 */
export function childCli(
  stateDirectory: string,
  signal: AbortSignal,
  program = process.argv[1] ?? "",
): ChildCli {
  const withGlobals = (words: readonly string[], output: string) => {
    const dashes = words.indexOf("--");
    const at = dashes === -1 ? words.length : dashes;
    const globals = ["--state-dir", stateDirectory, "--output", output, "--yes"];
    if (words[0] !== "local") globals.push("--local");
    return [...words.slice(0, at), ...globals, ...words.slice(at)];
  };
  return {
    async run<Result>(...words: string[]): Promise<Result> {
      const args = [program, ...withGlobals(words, "json")];
      return JSON.parse(await runNode(args, { ...unconfigured(stateDirectory), signal })) as Result;
    },
    commandLine: (...words) => ({
      program: process.execPath,
      args: [program, ...withGlobals(words, "text")],
    }),
  };
}

/** Where no defaults of the user or of a project reach: the story is the same for everybody. */
function unconfigured(stateDirectory: string): Pick<SpawnOptions, "cwd" | "env"> {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("RUNCTL_"));
  return {
    cwd: dirname(stateDirectory),
    env: { ...Object.fromEntries(kept), XDG_CONFIG_HOME: stateDirectory },
  };
}

function runNode(
  args: readonly string[],
  surroundings: Pick<SpawnOptions, "cwd" | "env" | "signal">,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      ...surroundings,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) return resolve(stdout);
      const line = ["runctl", ...args.slice(1)].join(" ");
      reject(new RunctlError("OPERATION_FAILED", `\`${line}\` exited with ${code}:\n${stderr}`));
    });
  });
}
