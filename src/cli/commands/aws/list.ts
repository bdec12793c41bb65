import { ownedInstances } from "../../../instances/find-instance.ts";
import { defineCommand } from "../../define-command.ts";
import { type InstanceOutput, instanceOutputs, instanceTable } from "../instance-output.ts";

export const list = defineCommand({
  summary: "List the instances that runctl launched",
  examples: ["aws list", "aws list --output json --query 'items[].instanceId'"],
  details: "Instances that have ended are listed for as long as AWS shows them, about an hour.",
  flags: {},
  positionals: {},
  async run(_input, context): Promise<{ items: InstanceOutput[] }> {
    const aws = await context.aws();
    return { items: await instanceOutputs(aws, await ownedInstances(aws)) };
  },
  render({ items }) {
    return items.length === 0 ? "no instances" : instanceTable(items);
  },
});
