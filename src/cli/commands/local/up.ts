import { once } from "node:events";
import { resolve } from "node:path";
import { setFlagsFromString } from "node:v8";
import { RunctlError } from "../../../errors.ts";
import { readConnection } from "../../../local-cloud/connection.ts";
import { defaultStateDirectory } from "../../../local-cloud/state-directory.ts";
import { defineCommand, optional, toggle } from "../../define-command.ts";
import { shellLine } from "../../local-environment.ts";
import type { Context } from "../../context.ts";
import type { Parser } from "../../parser.ts";
import { dryRun, isDryRun, renderDryRun } from "../../dry-run.ts";
import { decimal, oneOf, wholeNumber } from "../../parsers.ts";
import { nullBackendWords } from "../../warn-of-no-machines.ts";
import { type RunningCloud, showRunning, startDetached } from "../../local-cloud-process.ts";

const defaultPort = 4566;

const portNumber: Parser<number> = (word) => {
  const port = wholeNumber(word);
  if (port <= 65_535) return port;
  throw new RunctlError("USAGE", `'${word}' is not a port: those are 0 to 65535`);
};

const backendName: Parser<"auto" | "kernel" | "null"> = (word) => {
  if (word === "process")
    throw new RunctlError("NOT_YET", "the process backend is not yet there", {
      hint: "take kernel (root on Linux) or null (the API alone)",
    });
  return oneOf(["auto", "kernel", "null"])(word);
};

export const up = defineCommand({
  summary: "Start the local cloud",
  examples: [
    "local up --detach",
    "local up --detach --state-dir ./cloud --port 0",
    "local up --backend null --time-scale 1",
  ],
  details:
    "Without --detach it serves until Ctrl-C; instances go on, and the next `up` takes them back. " +
    "Time scale 0 changes a state as soon as the work behind it is done, 1 takes AWS's typical times.",
  flags: {
    detach: toggle("serve in the background"),
    port: optional(portNumber, `port on loopback; 0: any free one (default ${defaultPort})`, "N"),
    timeScale: optional(decimal, "0: at once (default), 1: like AWS", "X"),
    backend: optional(
      backendName,
      "auto (default); kernel: instances and disks are real, as root on Linux; null: the API alone",
      "B",
    ),
  },
  interruption: {
    goesOn: "instances go on, and the next `local up` takes them back",
    sameLineContinues: false,
  },
  positionals: {},
  async run({ detach, port = defaultPort, timeScale = 0, backend = "auto" }, context) {
    const { stateDirectory } = context.options;
    const running = await readConnection(stateDirectory);
    if (running) return { outcome: "running" as const, ...showRunning(running, stateDirectory) };
    if (context.options.dryRun)
      return dryRun([
        `start a local cloud (${backend} backend, port ${port}) in ${stateDirectory}`,
      ]);
    if (detach) {
      const order = { stateDirectory, port, timeScale, backend };
      const started = await startDetached(order, context.signal);
      sayWhatItLacks(started.backend, backend, context);
      if (stateDirectory !== resolve(context.cwd, defaultStateDirectory(context.env))) {
        const line = shellLine(["RUNCTL_STATE_DIR", stateDirectory]);
        context.hint(`for commands without --state-dir: ${line}`);
      }
      return started;
    }
    // A body's buffers are freed with the young objects that held them: where those never get much room, a
    // large body costs 5 MiB of memory instead of 45, and the server 25 MiB less from the start.
    setFlagsFromString("--semi-space-growth-factor=1");
    const { startLocalCloud } = await import("../../../local-cloud/start-local-cloud.ts");
    const cloud = await startLocalCloud({ stateDirectory, port, timeScale, backend });
    const result: RunningCloud = {
      outcome: "started",
      ...showRunning(cloud.connection, stateDirectory),
    };
    sayWhatItLacks(cloud.connection.backend, backend, context);
    context.hint(`the local cloud serves at ${cloud.endpoint} until Ctrl-C`);
    const interrupted = once(context.signal, "abort");
    await Promise.race([interrupted, cloud.ended]);
    await cloud.stop();
    return { ...result, outcome: "stopped" as const };
  },
  render(result) {
    if (isDryRun(result)) return renderDryRun(result);
    const { outcome, endpoint, backend, stateDirectory } = result;
    return `${spoken[outcome]}: ${endpoint} (${backend} backend, state in ${stateDirectory})`;
  },
});

/** Who did not ask for null would wait for instances that never boot. */
function sayWhatItLacks(backend: string, wanted: string, context: Context): void {
  if (backend === "null" && wanted !== "null")
    context.hint(`${nullBackendWords}; what real ones need: runctl local doctor`);
}

const spoken = { started: "started", running: "already runs", stopped: "stopped serving" } as const;
