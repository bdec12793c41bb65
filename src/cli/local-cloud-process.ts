import { spawn } from "node:child_process";
import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { exitCodes, RunctlError } from "../errors.ts";
import { type LocalConnection, readConnection } from "../local-cloud/connection.ts";
import { requireOwnDirectory } from "../local-cloud/state-directory.ts";

export interface RunningCloud {
  /** `running`: it was so already. */
  outcome: "started" | "running" | "stopped";
  endpoint: string;
  backend: string;
  region: string;
  stateDirectory: string;
  pid: number;
}

export function showRunning(
  { endpoint, backend, region, pid }: LocalConnection,
  stateDirectory: string,
): Omit<RunningCloud, "outcome"> {
  return { endpoint, backend, region, stateDirectory, pid };
}

interface CloudOptions {
  stateDirectory: string;
  port: number;
  timeScale: number;
  backend: string;
}

const startLimitMs = 60_000;

/** Starts this very program as a server that outlives it, and waits until it serves. */
export async function startDetached(
  { stateDirectory, port, timeScale, backend }: CloudOptions,
  signal: AbortSignal,
): Promise<RunningCloud> {
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
  await requireOwnDirectory(stateDirectory);
  const logPath = join(stateDirectory, "server.log");
  const log = await open(logPath, "a", 0o600);
  const { size: saidBefore } = await log.stat();
  const words = ["local", "up", "--state-dir", stateDirectory, "--port", `${port}`];
  const child = spawn(
    process.execPath,
    [process.argv[1] ?? "", ...words, "--time-scale", `${timeScale}`, "--backend", backend],
    { detached: true, stdio: ["ignore", log.fd, log.fd], cwd: "/" },
  );
  await log.close();
  let ended: string | undefined;
  let exitCode: number | null = null;
  child.once("exit", (code, by) => {
    exitCode = code;
    ended = `exited with ${code ?? by}`;
  });
  child.once("error", (error) => (ended = error.message));
  child.unref();
  const end = Date.now() + startLimitMs;
  for (;;) {
    const connection = await readConnection(stateDirectory);
    if (connection) return { outcome: "started", ...showRunning(connection, stateDirectory) };
    if (ended !== undefined || Date.now() > end) {
      const written = await readFile(logPath);
      const said = written.subarray(saidBefore).toString().trim();
      throw whyNotStarted(said, { ended, exitCode, logPath });
    }
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The server's own words, where it ended with an error of its own. */
function whyNotStarted(
  said: string,
  how: { ended: string | undefined; exitCode: number | null; logPath: string },
): RunctlError {
  const code = how.exitCode === exitCodes.CONFLICT ? "CONFLICT" : "OPERATION_FAILED";
  const [, message, hint] = /^error: (.*)\nhint: (.*)$/m.exec(said) ?? [];
  const itself = "the local cloud did not start";
  if (message && hint) return new RunctlError(code, `${itself}: ${message}`, { hint });
  const last = said.split("\n").slice(-5).join("\n");
  const it = how.ended ? `: it ${how.ended}` : "";
  return new RunctlError(code, `${itself}${it}: ${last || "it said nothing"}`, {
    hint: `see ${how.logPath}, and: runctl local doctor`,
  });
}
