import { join } from "node:path";
import type { CommandWork } from "../launch-spec.ts";
import type { Agent } from "./agent.ts";
import type { Ending } from "./agent-state.ts";
import { lastLineShower } from "./last-line.ts";
import { root } from "./login-user.ts";
import { prepareVolume } from "./prepare-volume.ts";
import { type CommandFolders, commandStatus, startCommand } from "./run-command.ts";
import { runFill } from "./run-fill.ts";
import { fetchCode } from "./fetch-code.ts";

/**
 * Mounts the volumes and does what the launch is for. Goes on where an earlier agent was.
 *
 * @returns why the instance is done; never returns where it shall stay.
 */
export async function doWork(agent: Agent, signal: AbortSignal): Promise<Ending> {
  const { spec, reporter, clock, paths, log } = agent;
  const folders = commandFolders(agent);
  const before = await commandStatus(folders);
  const isOver = before.kind === "ended" && leavesWhenDone(agent);
  if (!isOver) await prepareVolumes(agent, signal);
  if (spec.work.kind === "fill") {
    reporter.state("running", `fill ${spec.work.volumeId} from ${spec.work.source}`);
    return runFill(agent, spec.work, signal);
  }
  if (spec.work.command.length === 0) {
    reporter.state("running", "volumes mounted");
    return untilAborted(signal);
  }
  if (before.kind === "not started") await start(agent, spec.work, folders);
  reporter.state("running", spec.work.command.join(" "));
  const showProgress = lastLineShower(paths.commandLog, log);
  for (;;) {
    const status = await commandStatus(folders);
    await showProgress();
    if (status.kind === "ended") {
      log.moment("commandEnded", { exitCode: status.exitCode });
      return { kind: "finished", exitCode: status.exitCode };
    }
    await clock.sleep(100, signal);
  }
}

export function commandFolders({ paths }: Agent): CommandFolders {
  return { run: join(paths.run, "command"), state: paths.state };
}

/** Whether the instance ends with its work. */
export function leavesWhenDone({ spec }: Agent): boolean {
  return spec.work.kind === "fill" || spec.work.whenDone === "terminate";
}

async function prepareVolumes(agent: Agent, signal: AbortSignal): Promise<void> {
  const { spec, reporter } = agent;
  const count = spec.volumes.length;
  reporter.state("mounting", count === 1 ? "1 volume" : `${count} volumes`);
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  // All come to rest before one's failure is told: nothing may be mounted behind the back of the release.
  await Promise.allSettled(
    spec.volumes.map((volume, place) =>
      prepareVolume(agent, volume, place, either).catch((error: unknown) => failure.abort(error)),
    ),
  );
  either.throwIfAborted();
}

async function start(agent: Agent, work: CommandWork, folders: CommandFolders): Promise<void> {
  const { spec, paths, instanceId, aws, clock } = agent;
  const user = work.asRoot ? root : agent.user;
  let folder = user.home;
  if (work.code) {
    folder = join(paths.code, work.code.sha256.slice(0, 16));
    await fetchCode(aws, { bucket: spec.bucket, ...work.code }, folder, user);
  }
  const { command } = work;
  const logFile = paths.commandLog;
  const environment = { ...ownVariables(), ...work.environment };
  await startCommand({ ...folders, command, user, folder, environment, logFile }, clock);
  agent.log.moment("commandStarted");

  function ownVariables(): Record<string, string> {
    // The address of the metadata and of AWS come from the machine, for any SDK that the command uses.
    const endpoint = process.env["AWS_ENDPOINT_URL"];
    const metadata = process.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"];
    return {
      AWS_REGION: spec.region,
      AWS_DEFAULT_REGION: spec.region,
      RUNCTL_NODE: paths.node,
      RUNCTL_AGENT: paths.program,
      RUNCTL_INSTANCE_ID: instanceId,
      ...(endpoint ? { AWS_ENDPOINT_URL: endpoint } : {}),
      ...(metadata ? { AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata } : {}),
    };
  }
}

/** Never resolves; rejects with the signal's reason. */
export async function untilAborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted)
    await new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  throw signal.reason;
}
