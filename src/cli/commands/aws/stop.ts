import { requireStoppable, stopInstance } from "../../../instances/end-instance.ts";
import { requireInstance } from "../../../instances/find-instance.ts";
import { defineCommand, positional } from "../../define-command.ts";
import { dryRun, isDryRun, renderDryRun } from "../../dry-run.ts";
import { instanceWord } from "../../parse-reference.ts";
import { confirmEnd } from "../confirm-end.ts";

export const stop = defineCommand({
  summary: "Stop an on-demand instance in an orderly way",
  examples: ["aws stop i-0123456789abcdef0", "aws stop train --yes"],
  details:
    "The agent ends the command, unmounts and detaches the volumes; then the instance stops. " +
    "Spot instances of runctl are one-time and cannot stop: terminate them, their volumes stay.",
  flags: {},
  interruption: {
    goesOn: "what was asked for goes on",
    sameLineContinues: true,
  },
  positionals: { instance: positional(instanceWord, "id, or name of an instance of runctl") },
  async run(input, context) {
    const aws = await context.aws();
    const instance = await requireInstance(aws, input.instance);
    requireStoppable(instance);
    const { instanceId } = instance;
    if (context.options.dryRun)
      return dryRun([`end the command on ${instanceId}, unmount, detach`, `stop ${instanceId}`]);
    await confirmEnd("stop", instance, input.instance, context);
    const outcome = await stopInstance(aws, instance, context);
    return { instanceId, outcome };
  },
  render(result) {
    if (isDryRun(result)) return renderDryRun(result);
    return result.outcome === "kept"
      ? `${result.instanceId} is stopped already`
      : `${result.instanceId} stopped`;
  },
});
