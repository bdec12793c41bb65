import { spawn } from "node:child_process";
import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { RunctlError } from "../errors.ts";
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
  const words = ["local", "up", "--state-dir", stateDirectory, "--port", `${port}`];
  const child = spawn(
    process.execPath,
    [process.argv[1] ?? "", ...words, "--time-scale", `${timeScale}`, "--backend", backend],
    { detached: true, stdio: ["ignore", log.fd, log.fd], cwd: "/" },
  );
  await log.close();
  let ended: string | undefined;
  child.once("exit", (code, by) => (ended = `exited with ${code ?? by}`));
  child.once("error", (error) => (ended = error.message));
  child.unref();
  const end = Date.now() + startLimitMs;
  for (;;) {
    const connection = await readConnection(stateDirectory);
    if (connection) return { outcome: "started", ...showRunning(connection, stateDirectory) };
    if (ended !== undefined || Date.now() > end) {
      const said = (await readFile(logPath, "utf8")).trim().split("\n").slice(-5).join("\n");
      throw new RunctlError(
        "OPERATION_FAILED",
        `the local cloud did not start${ended ? `: it ${ended}` : ""}: ${said}`,
        { hint: `see ${logPath}, and: runctl local doctor` },
      );
    }
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
