import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type LocalConnection, readConnection } from "../../src/local-cloud/connection.ts";

const program = join(import.meta.dirname, "../../bin/runctl.mjs");

export interface CloudProcess {
  connection: LocalConnection;
  stop: () => Promise<void>;
}

/** A local cloud in a process of its own, as `runctl local up` makes one: its memory and time are the server's alone. */
export async function startCloudProcess(stateDirectory: string): Promise<CloudProcess> {
  const words = ["local", "up", "--state-dir", stateDirectory, "--backend", "null", "--port", "0"];
  const child = spawn(process.execPath, [program, ...words], { stdio: "ignore" });
  const exited = once(child, "exit");
  for (;;) {
    const connection = await readConnection(stateDirectory);
    if (connection) {
      const stop = async (): Promise<void> => {
        child.kill("SIGINT");
        await exited;
      };
      return { connection, stop };
    }
    if (child.exitCode !== null) throw new Error(`the server exited with ${child.exitCode}`);
    await delay(20);
  }
}
