import { requireInstance } from "../../../instances/find-instance.ts";
import { defineCommand, positional } from "../../define-command.ts";
import { instanceWord } from "../../parse-reference.ts";
import { instanceCard, instanceOutput } from "../instance-output.ts";

export const show = defineCommand({
  summary: "Show one instance",
  examples: ["aws show i-0123456789abcdef0", "aws show train --output json"],
  flags: {},
  positionals: { instance: positional(instanceWord, "id, or name of an instance of runctl") },
  async run(input, context) {
    const aws = await context.aws();
    return instanceOutput(aws, await requireInstance(aws, input.instance));
  },
  render: instanceCard,
});
