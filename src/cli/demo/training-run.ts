import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { RunctlError } from "../../errors.ts";
import type { ChildCli } from "./child-cli.ts";
import { parseTrainingLog, type TrainingEvent } from "./training-log.ts";

/** One instance that trains, and what its log says. */
export interface TrainingRun {
  instanceId: string;
  /** When `runctl aws create` was typed; milliseconds since 1970. */
  launchedAt: number;
  events: readonly TrainingEvent[];
  /** Resolves with the first event that fits; rejects when the log ends without one. */
  until(fits: (event: TrainingEvent) => boolean): Promise<TrainingEvent>;
  /** Ends the following of the log. */
  close(): void;
}

/** Launches an instance by the words of a command line, and follows its log. */
export async function launchTraining(
  cli: ChildCli,
  words: readonly string[],
  signal: AbortSignal,
): Promise<TrainingRun> {
  const launchedAt = Date.now();
  const { instanceId } = await cli.run<{ instanceId: string }>("aws", "create", ...words);
  return { instanceId, launchedAt, ...followLog(cli, instanceId, signal) };
}

function followLog(cli: ChildCli, instanceId: string, signal: AbortSignal) {
  const { program, args } = cli.commandLine("aws", "logs", instanceId, "--follow");
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], signal });
  child.on("error", () => undefined);
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const events: TrainingEvent[] = [];
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of waiting) look();
  };
  let hasEnded = false;
  createInterface({ input: child.stdout }).on("line", (line) => {
    events.push(...parseTrainingLog(line));
    wake();
  });
  child.on("close", () => {
    hasEnded = true;
    wake();
  });
  return {
    events,
    until: (fits: (event: TrainingEvent) => boolean) =>
      new Promise<TrainingEvent>((resolve, reject) => {
        const look = () => {
          const found = events.find(fits);
          if (found) resolve(found);
          else if (hasEnded) reject(logEnded(instanceId, said));
          else return;
          waiting.delete(look);
        };
        waiting.add(look);
        look();
      }),
    close: () => void child.kill(),
  };
}

function logEnded(instanceId: string, said: string): RunctlError {
  return new RunctlError("OPERATION_FAILED", `the log of ${instanceId} ended early: ${said}`, {
    hint: `runctl --local aws logs ${instanceId}`,
  });
}
