import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { buildCli } from "../../scripts/build.ts";

export interface CliEnd {
  /** Null when a signal ended it. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export interface CliRun {
  ended: Promise<CliEnd>;
  /** SIGKILL; resolves once it is gone. */
  kill(): Promise<void>;
}

export interface CliProgram {
  /** `runctl WORDS` against the local cloud of a state directory, as a process of its own. */
  start(stateDirectory: string, ...words: string[]): CliRun;
}

/** The CLI as it is published, in a directory of the test's own: it starts twice as fast as from source. */
export async function cliProgram(t: TestContext): Promise<CliProgram> {
  const directory = await mkdtemp(join(tmpdir(), "runctl-cli-"));
  t.after(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  const main = await buildCli(directory);
  const env = { ...process.env, NODE_COMPILE_CACHE: join(directory, "compiled") };
  return {
    start(stateDirectory, ...words) {
      const dashes = words.includes("--") ? words.indexOf("--") : words.length;
      const globals = ["--local", "--state-dir", stateDirectory, "--yes", "--output", "json"];
      const args = [main, ...words.slice(0, dashes), ...globals, ...words.slice(dashes)];
      return watch(spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] }));
    },
  };
}

function watch(child: ChildProcess): CliRun {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = once(child, "close").then(([exitCode]): CliEnd => ({
    exitCode: exitCode as number | null,
    stdout,
    stderr,
  }));
  return {
    ended,
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
