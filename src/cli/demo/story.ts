import { join } from "node:path";
import { ensureBucket } from "../../aws/buckets.ts";
import { RunctlError } from "../../errors.ts";
import { step } from "../../progress.ts";
import { tagKeys } from "../../tags.ts";
import type { VolumeOutput } from "../commands/volume-output.ts";
import type { ChildCli } from "./child-cli.ts";
import type { DemoResult, Interruption } from "./demo-result.ts";
import { giveNotice, interruptRun } from "./interrupt-run.ts";
import type { Stage } from "./stage.ts";
import { firstEvent } from "./training-log.ts";
import { launchTraining, type TrainingRun } from "./training-run.ts";
import { writeDigits } from "./write-digits.ts";

const bucket = "runctl-demo-digits";
const source = `s3://${bucket}/mnist/`;
const training = join(import.meta.dirname, "../../../demo/training");
const totalSteps = 2_000;
const interruptAt = { notice: 300, "no-notice": 900 } as const;
const interruptWithoutVolumesAt = 300;

type Measured = Omit<DemoResult, "leftBehind" | "seconds">;

/** The main job: data and checkpoints on volumes, two interruptions, and the same without volumes. */
export async function tellStory(stage: Stage): Promise<Measured> {
  const { cli, report } = stage;
  const dataset = await prepare(stage);
  const preWarm = await step(
    report,
    `runctl aws ebs create --size 1 --name digits --pre-warm ${source}`,
    () => preWarmDigits(cli),
    ({ objectsVerified, seconds }) => `${objectsVerified} objects verified in ${seconds} s`,
  );
  await step(report, "runctl aws ebs create --size 1 --name checkpoints --role checkpoint", () =>
    cli.run("aws", "ebs", "create", "--size", "1", "--name", "checkpoints", "--role", "checkpoint"),
  );
  const { interruptions, accuracy } = await trainThroughInterruptions(stage);
  const withoutVolumes = await trainWithoutVolumes(stage);
  return { dataset, preWarm, interruptions, withoutVolumes, accuracy };
}

async function prepare(stage: Stage): Promise<DemoResult["dataset"]> {
  const { cli, aws, directory, report } = stage;
  const folder = join(directory, "mnist");
  await ensureBucket(aws, { bucket, accountRegional: false });
  const [written] = await Promise.all([
    step(report, "write 10,000 handwritten digits", () => writeDigits(folder)),
    step(report, `runctl aws setup --read ${source}`, () =>
      cli.run("aws", "setup", "--read", source),
    ),
  ]);
  await step(
    report,
    `runctl s3 upload mnist/ ${source}`,
    () => cli.run<{ objects: number }>("s3", "upload", `${folder}/`, source),
    ({ objects }) => `${objects} objects`,
  );
  return { objects: written.digits, bytes: written.bytes };
}

async function preWarmDigits(cli: ChildCli): Promise<DemoResult["preWarm"]> {
  const start = performance.now();
  const words = ["--size", "1", "--name", "digits", "--pre-warm", source];
  const { tags } = await cli.run<VolumeOutput>("aws", "ebs", "create", ...words);
  const seconds = Number(((performance.now() - start) / 1000).toFixed(1));
  const verified = /(\d+) objects verified$/.exec(tags[tagKeys.progress] ?? "")?.[1];
  if (verified === undefined) {
    throw new RunctlError("VERIFICATION_FAILED", `the volume is not warm: ${JSON.stringify(tags)}`);
  }
  return { seconds, objectsVerified: Number(verified) };
}

const volumes = [
  "--ebs-volume",
  "digits:/mnt/data:ro",
  "--ebs-volume",
  "checkpoints:/mnt/checkpoints",
];

function trainingWords(flags: readonly string[], script: string): string[] {
  return ["--spot", ...flags, "--code", training, "--", "sh", "-c", script];
}

const withVolumes = trainingWords(
  volumes,
  `exec "$RUNCTL_NODE" train.ts --data /mnt/data --checkpoints /mnt/checkpoints --steps ${totalSteps}`,
);

async function trainThroughInterruptions(
  stage: Stage,
): Promise<Pick<Measured, "interruptions" | "accuracy">> {
  const interruptions: Interruption[] = [];
  let run = await launch(stage, "runctl aws create --spot", withVolumes);
  for (const kind of ["notice", "no-notice"] as const) {
    await trainTo(stage, run, interruptAt[kind]);
    const ended = await interruptRun(stage, run, kind);
    run = await launch(stage, "runctl aws create --spot  # the same line again", withVolumes);
    interruptions.push({ kind, ...ended, ...resumption(run, ended.stepAtSigterm) });
  }
  const last = await step(
    stage.report,
    `training to the end, step ${totalSteps}`,
    () => run.until(({ event }) => event === "done"),
    ({ accuracy }) => `accuracy ${accuracy} on held-out digits`,
  );
  run.close();
  return { interruptions, accuracy: last.accuracy ?? Number.NaN };
}

async function trainTo({ report }: Stage, run: TrainingRun, wanted: number): Promise<void> {
  await step(report, `training to step ${wanted}`, () =>
    run.until((event) => event.step >= wanted),
  );
}

async function launch(stage: Stage, label: string, words: readonly string[]): Promise<TrainingRun> {
  return step(
    stage.report,
    label,
    async () => {
      const run = await launchTraining(stage.cli, words, stage.signal);
      // Of a console, which comes first, only some lines are seen.
      await run.until(({ event }) => event === "start");
      await run.until(({ event }) => event === "step" || event === "done");
      return run;
    },
    (run) => {
      const { step: from, firstStepMs } = firstSteps(run);
      return `${run.instanceId} trains from step ${from}, ${firstStepMs} ms after the command`;
    },
  );
}

function firstSteps(run: TrainingRun): { step: number; firstStepMs: number } {
  const start = firstEvent(run.events, "start");
  const first = firstEvent(run.events, "step") ?? firstEvent(run.events, "done");
  return {
    step: start?.step ?? Number.NaN,
    firstStepMs: (first?.at ?? Number.NaN) - run.launchedAt,
  };
}

function resumption(run: TrainingRun, stepBefore: number) {
  const { step: resumedFromStep, firstStepMs } = firstSteps(run);
  // Without notice a checkpoint may be newer than the last line that the console has.
  const stepAtSigterm = Math.max(stepBefore, resumedFromStep);
  return {
    stepAtSigterm,
    resumedFromStep,
    lostSteps: stepAtSigterm - resumedFromStep,
    launchToFirstStepMs: firstStepMs,
  };
}

/** For comparison: the dataset comes from S3 at each start, and checkpoints die with the instance. */
async function trainWithoutVolumes(stage: Stage): Promise<DemoResult["withoutVolumes"]> {
  const words = trainingWords(
    [],
    [
      "mkdir -p data checkpoints",
      `"$RUNCTL_NODE" "$RUNCTL_AGENT" download ${source} data`,
      `exec "$RUNCTL_NODE" train.ts --data data --checkpoints checkpoints --steps ${totalSteps}`,
    ].join(" && "),
  );
  const first = await launch(stage, "the same without volumes", words);
  await trainTo(stage, first, interruptWithoutVolumesAt);
  const { stepAtSigterm } = await step(stage.report, "an interruption with notice", () =>
    giveNotice(stage, first, "commandEnded"),
  );
  first.close();
  const second = await launch(stage, "the same line again", words);
  second.close();
  const { launchToFirstStepMs, lostSteps } = resumption(second, stepAtSigterm);
  return { launchToFirstStepMs, lostSteps };
}
