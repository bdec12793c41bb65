import { requireInstance } from "../../../../instances/find-instance.ts";
import {
  type DetachPlan,
  detachVolume,
  planDetachment,
} from "../../../../volumes/detach-volume.ts";
import { requireVolume } from "../../../../volumes/find-volume.ts";
import { describeBriefly, isOwned } from "../../../../volumes/owned-volumes.ts";
import type { Context } from "../../../context.ts";
import { defineCommand, optional, positional, toggle } from "../../../define-command.ts";
import { dryRun, isDryRun, renderDryRun } from "../../../dry-run.ts";
import { instanceWord, volumeWord } from "../../../parse-reference.ts";
import { volumeOutput, volumeTable } from "../../volume-output.ts";

export const detach = defineCommand({
  summary: "Unmount a volume and detach it",
  examples: [
    "aws ebs detach datasets",
    "aws ebs detach vol-0123456789abcdef0 --instance i-0123456789abcdef0",
  ],
  details:
    "The agent on the instance unmounts it first. Where no agent runs, or it cannot, --force detaches all the\n" +
    "same: what the instance had not written yet is lost then.",
  flags: {
    instance: optional(instanceWord, "from this one; needed if there are several", "INSTANCE"),
    force: toggle("detach even if it may be mounted"),
  },
  interruption: {
    goesOn: "what was asked for goes on",
    sameLineContinues: true,
  },
  positionals: { volume: positional(volumeWord, "id, or name of a volume that runctl made") },
  async run(input, context) {
    const aws = await context.aws();
    const volume = await requireVolume(aws, input.volume);
    const from = input.instance && (await requireInstance(aws, input.instance)).instanceId;
    const plan = await planDetachment(aws, volume, from);
    if (context.options.dryRun) return dryRun(planInWords(plan));

    await confirm(plan, input.force, context);
    const { force } = input;
    const { report, signal } = context;
    const detached = await detachVolume(aws, plan, { report, signal, force });
    if (detached.outcome === "kept") context.hint("it was attached to nothing");
    return { ...volumeOutput(detached.volume, aws.region), outcome: detached.outcome };
  },
  render: (result) => (isDryRun(result) ? renderDryRun(result) : volumeTable([result])),
});

async function confirm(plan: DetachPlan, force: boolean, context: Context): Promise<void> {
  const { volume, instanceId } = plan;
  if (instanceId === undefined) return;
  const isRisky = force && plan.unmountBy !== "not-needed";
  if (!isRisky && isOwned(volume)) return;
  await context.confirm(`detach ${describeBriefly(volume)} from ${instanceId}?`, [
    ...(isOwned(volume) ? [] : ["runctl did not make this volume"]),
    ...(isRisky ? ["what the instance has not written yet is lost, if it is mounted there"] : []),
  ]);
}

function planInWords({ volume, instanceId, unmountBy }: DetachPlan): string[] {
  const name = describeBriefly(volume);
  if (instanceId === undefined) return [`nothing: ${name} is attached to nothing`];
  const first = {
    agent: [`ask the agent on ${instanceId} to unmount ${name}`],
    "not-needed": [],
    user: [`refuse without --force: no agent of runctl runs on ${instanceId}`],
  };
  return [...first[unmountBy], `detach ${name} from ${instanceId}`];
}
