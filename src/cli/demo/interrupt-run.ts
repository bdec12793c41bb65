import type { Aws } from "../../aws/connect.ts";
import { describeVolumes } from "../../aws/volumes.ts";
import { systemClock } from "../../clock.ts";
import { RunctlError } from "../../errors.ts";
import { step } from "../../progress.ts";
import { tagKeys } from "../../tags.ts";
import { momentOf } from "./agent-log.ts";
import type { Interruption } from "./demo-result.ts";
import { readAgentLog, readConsole } from "./instance-words.ts";
import type { Stage } from "./stage.ts";
import { lastStep, parseTrainingLog } from "./training-log.ts";
import type { TrainingRun } from "./training-run.ts";

type Ended = Pick<Interruption, "noticeToSigtermMs" | "noticeToUnmountedMs" | "stepAtSigterm">;

/** Interrupts the run's instance and measures how it ended; returns when its volumes are free. */
export async function interruptRun(
  stage: Stage,
  run: TrainingRun,
  kind: Interruption["kind"],
): Promise<Ended> {
  const ended = kind === "notice" ? await withNotice(stage, run) : await withoutNotice(stage, run);
  await untilVolumesAreFree(stage.aws, stage.signal);
  run.close();
  return ended;
}

async function withNotice(stage: Stage, run: TrainingRun): Promise<Ended> {
  return step(
    stage.report,
    `runctl local interrupt ${run.instanceId} --notice 120s`,
    async () => {
      const { stepAtSigterm, msAfterNotice } = await giveNotice(stage, run, "unmounted");
      return {
        noticeToSigtermMs: msAfterNotice("sigtermSent"),
        noticeToUnmountedMs: msAfterNotice("unmounted"),
        stepAtSigterm,
      };
    },
    ({ noticeToSigtermMs, noticeToUnmountedMs, stepAtSigterm }) =>
      `SIGTERM after ${noticeToSigtermMs} ms at step ${stepAtSigterm}, unmounted after ${noticeToUnmountedMs} ms`,
  );
}

/** Gives two minutes' notice, and resolves when the agent's log in S3 has the moment. */
export async function giveNotice(stage: Stage, run: TrainingRun, until: string) {
  const words = ["local", "interrupt", run.instanceId, "--notice", "120s"];
  const { noticeAt } = await stage.cli.run<{ noticeAt: string }>(...words);
  const { step: stepAtSigterm } = await run.until(({ event }) => event === "sigterm");
  const log = await untilLogged(stage, run.instanceId, until);
  const msAfterNotice = (moment: string) => momentOf(log, moment) - Date.parse(noticeAt);
  return { stepAtSigterm, msAfterNotice };
}

async function withoutNotice(stage: Stage, run: TrainingRun): Promise<Ended> {
  const { cli, aws, report } = stage;
  return step(
    report,
    `runctl local interrupt ${run.instanceId} --no-notice`,
    async () => {
      await cli.run("local", "interrupt", run.instanceId, "--no-notice");
      // What reached neither a disk nor S3 is lost; the console has the last lines.
      const console = await readConsole(aws, run.instanceId);
      const seen = lastStep([...run.events, ...parseTrainingLog(console)]);
      if (seen === undefined) {
        throw new RunctlError("OPERATION_FAILED", `no step on the console of ${run.instanceId}`);
      }
      return { noticeToSigtermMs: null, noticeToUnmountedMs: null, stepAtSigterm: seen };
    },
    ({ stepAtSigterm }) => `power cut at step ${stepAtSigterm}`,
  );
}

/** The agent ships its log to S3; returns it once it has the event. */
async function untilLogged(
  { aws, signal }: Stage,
  instanceId: string,
  event: string,
): Promise<string> {
  for (;;) {
    const log = await readAgentLog(aws, instanceId);
    if (log.includes(`"${event}"`)) return log;
    await systemClock.sleep(200, signal);
  }
}

async function untilVolumesAreFree(aws: Aws, signal: AbortSignal): Promise<void> {
  const filters = [{ Name: `tag:${tagKeys.managed}`, Values: ["true"] }];
  for (;;) {
    const volumes = await describeVolumes(aws, { filters });
    if (volumes.every(({ attachments }) => attachments.length === 0)) return;
    await systemClock.sleep(100, signal);
  }
}
