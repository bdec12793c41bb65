import { spawn } from "node:child_process";
import { openSync, closeSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import type { Server as HttpServer } from "node:http";
import type { Duplex } from "node:stream";
import type { GuestServices } from "../backend.ts";
import { closeAll, listenInside } from "./guest-sockets.ts";
import type { MachineDirectory } from "./machine-directory.ts";
import { sendSignal } from "./process-identity.ts";
import { scriptPath } from "./script-path.ts";

/** A slow computer with many machines starting at once takes some seconds. */
const bootLimitMs = 60_000;

/**
 * Powers on a machine whose devices are there; it outlives this process from the moment this resolves.
 * Until then it ends by itself when this process does.
 *
 * @throws Error with what the boot scripts said.
 */
export async function startMachine(
  machine: MachineDirectory,
  options: { hostName: string; cgroup: string | undefined; services: GuestServices },
): Promise<HttpServer[]> {
  const log = openSync(machine.bootLog, "w");
  const scripts = ["boot-machine.sh", "machine-init.sh"].map(scriptPath);
  const args = [machine.path, options.cgroup ?? "", ...scripts, options.hostName];
  const runner = spawn("sh", [scriptPath("power-on.sh"), ...args], {
    stdio: ["ignore", log, log, "pipe"],
    cwd: "/",
    detached: true,
  });
  closeSync(log);
  runner.unref();
  const line = runner.stdio[3] as Duplex;
  let servers: HttpServer[] = [];
  try {
    const said = listenTo(line);
    await said.untilWord("network");
    const ready = said.untilWord("ready");
    ready.catch(() => undefined);
    servers = await listenFor(machine.instanceId, runner.pid!, options.services);
    await ready;
    await writeFile(machine.bootedMark, "");
    line.write("go\n");
    return servers;
  } catch (error) {
    closeAll(servers);
    const identity = machine.runner();
    if (identity) sendSignal(identity, "SIGKILL");
    const complaint = (await readFile(machine.bootLog, "utf8")).trim();
    throw new Error(`${machine.instanceId} did not boot: ${complaint}`, { cause: error });
  } finally {
    line.end();
  }
}

/** Answers the machine at the addresses of IMDS and of the AWS endpoint, from now on in this process. */
export function listenFor(
  instanceId: string,
  pid: number,
  services: GuestServices,
): Promise<HttpServer[]> {
  return listenInside(pid, [
    { host: "169.254.169.254", port: 80, answer: services.imds(instanceId) },
    { host: "169.254.170.23", port: 4566, answer: services.aws(instanceId) },
  ]);
}

function listenTo(line: Duplex) {
  let text = "";
  let ended: Error | undefined;
  line.setEncoding("utf8");
  line.on("data", (more: string) => (text += more));
  line.on("close", () => (ended = new Error("the machine ended while it booted")));
  line.on("error", () => undefined);
  return {
    untilWord: (word: string) =>
      new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error("the boot took too long")), bootLimitMs);
        const check = () => {
          if (text.includes(`${word}\n`)) resolve();
          else if (ended) reject(ended);
          else return;
          clearTimeout(timer);
        };
        line.on("data", check).on("close", check);
        check();
      }),
  };
}
