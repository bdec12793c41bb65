import { listVolumes } from "../../../../volumes/list-volumes.ts";
import { defineCommand, optional, toggle } from "../../../define-command.ts";
import { oneOf, text } from "../../../parsers.ts";
import { type VolumeOutput, volumeOutput, volumeTable } from "../../volume-output.ts";

export const list = defineCommand({
  summary: "List the volumes that runctl made",
  examples: ["aws ebs list", "aws ebs list --unused", "aws ebs list --state in-use --output json"],
  flags: {
    name: optional(text, "only the volume of this name", "NAME"),
    state: optional(
      oneOf(["creating", "available", "in-use", "error"]),
      "creating, available, in-use or error",
      "STATE",
    ),
    unused: toggle("only volumes that are attached to nothing"),
    zone: optional(text, "availability zone, such as us-east-1a", "ZONE"),
  },
  positionals: {},
  async run(query, context): Promise<{ items: VolumeOutput[] }> {
    const aws = await context.aws();
    const volumes = await listVolumes(aws, query);
    return { items: volumes.map((volume) => volumeOutput(volume, aws.region)) };
  },
  render({ items }) {
    return items.length === 0 ? "no volumes" : volumeTable(items);
  },
});
