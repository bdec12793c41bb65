import { isOwnedInstance, requireInstance } from "../../../../instances/find-instance.ts";
import { attachVolume, planAttachment } from "../../../../volumes/attach-volume.ts";
import { parseDeviceName } from "../../../../volumes/device-name.ts";
import { requireVolume } from "../../../../volumes/find-volume.ts";
import { describeBriefly } from "../../../../volumes/owned-volumes.ts";
import { defineCommand, optional, positional, required } from "../../../define-command.ts";
import { dryRun, isDryRun, renderDryRun } from "../../../dry-run.ts";
import { instanceWord, volumeWord } from "../../../parse-reference.ts";
import { volumeOutput, volumeTable } from "../../volume-output.ts";
import { confirmAccess } from "./confirm-access.ts";

export const attach = defineCommand({
  summary: "Attach a volume to an instance",
  examples: [
    "aws ebs attach datasets --instance i-0123456789abcdef0",
    "aws ebs attach vol-0123456789abcdef0 --instance i-0123456789abcdef0 --device /dev/sdf",
  ],
  details:
    "Both must be in one zone. It does not mount: an instance that 'aws create' launches does that itself.\n" +
    "The volume stays when the instance ends.",
  flags: {
    instance: required(instanceWord, "id, or name of an instance that runctl made", "INSTANCE"),
    device: optional(
      parseDeviceName,
      "such as /dev/sdf (default: the first that is free)",
      "DEVICE",
    ),
  },
  interruption: {
    goesOn: "an attachment that was asked for goes on",
    sameLineContinues: true,
  },
  positionals: { volume: positional(volumeWord, "id, or name of a volume that runctl made") },
  async run(input, context) {
    const aws = await context.aws();
    const [volume, instance] = await Promise.all([
      requireVolume(aws, input.volume),
      requireInstance(aws, input.instance),
    ]);
    const plan = planAttachment(volume, instance, input.device);
    if (context.options.dryRun) {
      const { action, device, instanceId } = plan;
      return dryRun([`${action} ${describeBriefly(volume)} on ${instanceId} as ${device}`]);
    }
    if (plan.action === "attach" && !isOwnedInstance(instance))
      await context.confirm(`attach ${describeBriefly(volume)} to ${instance.instanceId}?`, [
        "runctl did not launch this instance",
      ]);
    await confirmAccess(aws, volume, context);
    const attached = await attachVolume(aws, plan, context);
    if (attached.outcome === "kept") context.hint("it was attached there already");
    return { ...volumeOutput(attached.volume, aws.region), outcome: attached.outcome };
  },
  render: (result) => (isDryRun(result) ? renderDryRun(result) : volumeTable([result])),
});
