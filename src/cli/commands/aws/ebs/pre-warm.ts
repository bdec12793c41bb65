import { callerIdentity } from "../../../../aws/sts.ts";
import { operationHash } from "../../../../operation.ts";
import { planPreWarm, preWarm as fill } from "../../../../pre-warm/pre-warm.ts";
import { requireVolume } from "../../../../volumes/find-volume.ts";
import type { Aws } from "../../../../aws/connect.ts";
import type { AwsVolume } from "../../../../aws/volumes.ts";
import { tagKeys } from "../../../../tags.ts";
import { allowAccess } from "../../../../volumes/allow-access.ts";
import { describeBriefly, isOwned } from "../../../../volumes/owned-volumes.ts";
import type { Context } from "../../../context.ts";
import { accountNames } from "../../../account-names.ts";
import { defineCommand, optional, positional } from "../../../define-command.ts";
import { dryRun, isDryRun, renderDryRun } from "../../../dry-run.ts";
import { mountPoint } from "../../../ebs-volume-word.ts";
import { volumeWord } from "../../../parse-reference.ts";
import { s3Prefix } from "../../../parsers.ts";
import { warnOfNoMachines } from "../../../warn-of-no-machines.ts";
import { volumeOutput, volumeTable } from "../../volume-output.ts";

export const preWarm = defineCommand({
  summary: "Fill a volume from S3 by a temporary instance, and verify it",
  examples: [
    "aws ebs pre-warm datasets s3://bucket/datasets/",
    "aws ebs pre-warm vol-0123456789abcdef0 s3://bucket/data/ --mount /mnt/data",
  ],
  details: "Moves only what is missing or has changed; interrupted, the same command goes on.",
  flags: { mount: optional(mountPoint, "default mount of the volume from now on", "PATH") },
  interruption: {
    goesOn: "an instance that fills the volume goes on",
    sameLineContinues: true,
  },
  positionals: {
    volume: positional(volumeWord, "id, or name of a volume that runctl made"),
    source: positional(s3Prefix, "s3://bucket/prefix/"),
  },
  async run(input, context) {
    const { mount, source } = input;
    const aws = await context.aws();
    const volume = await requireVolume(aws, input.volume);
    const { accountId } = await callerIdentity(aws);
    const args = { volumeId: volume.volumeId, source, mount };
    const { region } = aws;
    const account = accountNames(context.config);
    const op = operationHash({ accountId, region, command: "ebs pre-warm", args });
    // As the volume is once instances may attach it.
    const tags = { ...volume.tags, [tagKeys.access]: "true" };
    const request = { volume: { ...volume, tags }, source, op, mount, account };
    if (context.options.dryRun) {
      const plan = await planPreWarm(aws, request);
      const types = plan.instanceTypes.join(" or ");
      const by = plan.unfinished?.instanceId ?? `a temporary spot instance (${types})`;
      return dryRun([`fill ${describeBriefly(volume)} from ${source} by ${by}, and verify it`]);
    }
    if (!isOwned(volume)) {
      await planPreWarm(aws, request);
      await confirmForeign(aws, volume, source, context);
    }
    await warnOfNoMachines(context);
    const warm = await fill(aws, request, context);
    if (!isOwned(volume))
      context.hint("every file was read back and verified; no tag of your own volume says so");
    return volumeOutput(warm, region);
  },
  render: (result) => (isDryRun(result) ? renderDryRun(result) : volumeTable([result])),
});

/** Asks each time, also where instances may attach the volume already: this changes what is on it. */
async function confirmForeign(
  aws: Aws,
  volume: AwsVolume,
  source: string,
  context: Context,
): Promise<void> {
  await context.confirm(`fill ${describeBriefly(volume)} from ${source}?`, [
    "runctl did not make this volume",
    "files on it that an object of the source has the name of are overwritten",
    "it gets the tag runctl:access, and is never formatted, deleted or cleaned up",
  ]);
  await allowAccess(aws, volume);
}
