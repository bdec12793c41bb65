import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunctlError } from "../../errors.ts";
import { examineComputer, whyNoKernelBackend } from "../../local-cloud/doctor.ts";
import { type Report, step } from "../../progress.ts";
import { connectFromOptions } from "../connect-from-options.ts";
import type { Context } from "../context.ts";
import { defineCommand } from "../define-command.ts";
import { childCli } from "../demo/child-cli.ts";
import { dryRun, isDryRun, renderDryRun } from "../dry-run.ts";
import type { DemoResult } from "../demo/demo-result.ts";
import { countKernelObjects } from "../demo/left-behind.ts";
import { releaseAll } from "../demo/release.ts";
import { tellStory } from "../demo/story.ts";

export const demo = defineCommand({
  summary: "The whole story on a local cloud of its own, with a timeline",
  examples: ["demo", "demo --output json"],
  details:
    "Handwritten digits go to S3 and onto a pre-warmed volume; a network is trained on them, is interrupted with a " +
    "notice, resumes, loses its power, resumes again and finishes. Then the same without volumes. Needs root on Linux.",
  flags: {},
  interruption: {
    goesOn: "the local cloud of the demo is freed",
    sameLineContinues: false,
  },
  positionals: {},
  async run(_input, context) {
    if (context.options.dryRun)
      return dryRun([
        "start a local cloud of its own, train on it with interruptions, and free it",
      ]);
    return runDemo(context);
  },
  render: (result) => (isDryRun(result) ? renderDryRun(result) : render(result)),
});

async function runDemo(context: Context): Promise<DemoResult> {
  const { report, signal } = context;
  const start = performance.now();
  const directory = await mkdtemp(join(tmpdir(), "runctl-demo-"));
  const stateDirectory = join(directory, "cloud");
  await requireKernelBackend(stateDirectory, context);
  const cli = childCli(stateDirectory, signal);
  try {
    await step(report, "runctl local up --detach", () =>
      cli.run("local", "up", "--detach", "--port", "0", "--backend", "kernel"),
    );
    const options = { ...context.options, local: true, stateDirectory };
    const aws = await connectFromOptions(options, context.config, signal);
    const measured = await tellStory({ cli, aws, directory, report, signal });
    const { left, instanceIds } = await releaseAll({ cli, aws, report });
    const objects = await countKernelObjects(directory, instanceIds);
    await rm(directory, { recursive: true });
    return {
      ...measured,
      leftBehind: { ...left, ...objects },
      seconds: Math.round((performance.now() - start) / 1000),
    };
  } catch (error) {
    await abandon(directory, stateDirectory, report);
    throw error;
  }
}

/** After a failure: frees what the story left, and keeps the folder where that cannot be done. */
async function abandon(directory: string, stateDirectory: string, report: Report): Promise<void> {
  const { signal } = new AbortController();
  try {
    await childCli(stateDirectory, signal).run("local", "down");
    await rm(directory, { recursive: true });
  } catch {
    const text = `the demo's cloud is not freed: runctl local down --state-dir ${stateDirectory}`;
    report({ kind: "note", text });
  }
}

async function requireKernelBackend(stateDirectory: string, { report }: Context): Promise<void> {
  const why = whyNoKernelBackend(await examineComputer({ stateDirectory }));
  if (why === undefined) return;
  report({ kind: "note", text: why });
  throw new RunctlError("CONFIGURATION", "the demo boots instances, which this machine cannot", {
    hint: "as root on Linux: runctl local doctor --fix",
  });
}

function render({
  dataset,
  preWarm,
  interruptions,
  withoutVolumes,
  accuracy,
  leftBehind,
  seconds,
}: DemoResult): string {
  return [
    `dataset       ${dataset.objects} objects, ${dataset.bytes} bytes`,
    `pre-warm      ${preWarm.objectsVerified} objects verified in ${preWarm.seconds} s`,
    ...interruptions.map(
      ({ kind, lostSteps, resumedFromStep, launchToFirstStepMs }) =>
        `${kind.padEnd(13)} ${lostSteps} steps lost; resumed from step ${resumedFromStep}, ` +
        `training again ${inSeconds(launchToFirstStepMs)} after \`create\``,
    ),
    `no volumes    ${withoutVolumes.lostSteps} steps lost; training again ` +
      `${inSeconds(withoutVolumes.launchToFirstStepMs)} after \`create\``,
    `accuracy      ${accuracy} on held-out digits`,
    `left behind   ${Object.entries(leftBehind)
      .map(([what, count]) => `${count} ${what}`)
      .join(", ")}`,
    `took          ${seconds} s`,
  ].join("\n");
}

const inSeconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
