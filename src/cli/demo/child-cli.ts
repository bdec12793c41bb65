import { spawn } from "node:child_process";
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
      return JSON.parse(await runNode([program, ...withGlobals(words, "json")], signal)) as Result;
    },
    commandLine: (...words) => ({
      program: process.execPath,
      args: [program, ...withGlobals(words, "text")],
    }),
  };
}

function runNode(args: readonly string[], signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      stdio: ["ignore", "pipe", "pipe"],
      signal,
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
