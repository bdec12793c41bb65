import { requireVolume } from "../../../../volumes/find-volume.ts";
import { defineCommand, positional } from "../../../define-command.ts";
import { volumeWord } from "../../../parse-reference.ts";
import { volumeCard, volumeOutput } from "../../volume-output.ts";

export const show = defineCommand({
  summary: "Show one volume",
  examples: ["aws ebs show vol-0123456789abcdef0", "aws ebs show datasets --output json"],
  flags: {},
  positionals: { volume: positional(volumeWord, "id, or name of a volume that runctl made") },
  async run({ volume }, context) {
    const aws = await context.aws();
    return volumeOutput(await requireVolume(aws, volume), aws.region);
  },
  render: volumeCard,
});
