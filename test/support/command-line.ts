import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** Compiled code of all the processes, under `npm test` of all tests: they start three times as fast. */
const compileCache = process.env["NODE_COMPILE_CACHE"] ?? ownCompileCache();

function ownCompileCache(): string {
  const directory = mkdtempSync(join(tmpdir(), "runctl-compile-cache-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export const program = join(import.meta.dirname, "../../bin/runctl.mjs");

export interface Ended {
  /** Null when a signal ended it. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

interface Running {
  ended: Promise<Ended>;
  /** Resolves once its stderr has the text; rejects when it ends without. */
  said(text: string): Promise<void>;
  interrupt(): void;
  /** SIGKILL: nothing can be put in order any more. */
  kill(): void;
}

/** A user at a shell without a terminal: a home of their own, nothing of AWS in the environment. */
export interface CommandLine {
  home: string;
  start(words: readonly string[], more?: Surroundings): Running;
  run(words: readonly string[], more?: Surroundings): Promise<Ended>;
}

interface Surroundings {
  env?: Readonly<Record<string, string>>;
  cwd?: string;
}

/** The real binary, from source, in as many processes at once as this machine has use for. */
export async function commandLine(
  t: TestContext,
  usualEnv: Readonly<Record<string, string>> = {},
): Promise<CommandLine> {
  const home = await mkdtemp(join(tmpdir(), "runctl-home-"));
  t.after(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));
  const cwd = join(home, "project");
  await mkdir(cwd);
  const own = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    NODE_COMPILE_CACHE: compileCache,
  };
  const start = (words: readonly string[], more: Surroundings = {}): Running => {
    const child = spawn(process.execPath, [program, ...words], {
      cwd: more.cwd ?? cwd,
      env: { ...own, ...usualEnv, ...more.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const ended = once(child, "close").then(([exitCode]): Ended => ({
      exitCode: exitCode as number | null,
      stdout,
      stderr,
    }));
    return {
      ended,
      async said(text) {
        const end = ended.then(() => "ended" as const);
        while (!stderr.includes(text)) {
          if ((await Promise.race([end, once(child.stderr, "data")])) !== "ended") continue;
          if (!stderr.includes(text)) throw new Error(`it never said '${text}':\n${stderr}`);
        }
      },
      interrupt: () => void child.kill("SIGINT"),
      kill: () => void child.kill("SIGKILL"),
    };
  };
  return { home, start, run: (words, more) => start(words, more).ended };
}
