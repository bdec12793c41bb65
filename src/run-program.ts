import { spawn } from "node:child_process";
import { RunctlError } from "./errors.ts";

export interface RunOptions {
  /** Exit codes that are not a failure; default only 0. */
  okExits?: readonly number[];
  input?: string | Uint8Array;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  signal?: AbortSignal;
  /** Milliseconds until the program is killed and the call fails; default 60,000. */
  timeoutMs?: number;
}

export interface ProgramResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs a program to its end and returns what it printed.
 *
 * @throws RunctlError PROGRAM_FAILED when it is missing, exits otherwise than `okExits`, or takes longer than `timeoutMs`.
 */
export function runProgram(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<ProgramResult> {
  const { okExits = [0], timeoutMs = 60_000 } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: options.env ?? process.env,
      ...(options.cwd ? { cwd: options.cwd } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
      timeout: timeoutMs,
      killSignal: "SIGKILL",
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    // A program that ends before it has read its input is judged by its exit code.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(options.input);
    child.on("error", (cause) => {
      if (options.signal?.aborted) reject(options.signal.reason as Error);
      else
        reject(
          new RunctlError("PROGRAM_FAILED", `cannot run ${program}: ${cause.message}`, { cause }),
        );
    });
    child.on("close", (code, signal) => {
      if (code !== null && okExits.includes(code))
        return resolve({ exitCode: code, stdout, stderr });
      const end = code === null ? `was ended by ${signal}` : `exited with ${code}`;
      const said = (stderr.trim() || stdout.trim()).split("\n").slice(-3).join("; ");
      const words = [program, ...args].join(" ");
      reject(new RunctlError("PROGRAM_FAILED", `\`${words}\` ${end}${said ? `: ${said}` : ""}`));
    });
  });
}
