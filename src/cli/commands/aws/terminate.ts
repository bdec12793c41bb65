import { terminateInstance } from "../../../instances/end-instance.ts";
import { requireInstance } from "../../../instances/find-instance.ts";
import { defineCommand, positional } from "../../define-command.ts";
import { dryRun, isDryRun, renderDryRun } from "../../dry-run.ts";
import { instanceWord } from "../../parse-reference.ts";
import { confirmEnd, hintVolumesStay } from "../confirm-end.ts";

export const terminate = defineCommand({
  summary: "Terminate an instance; its volumes stay",
  examples: ["aws terminate i-0123456789abcdef0", "aws terminate train --yes"],
  details:
    "The machine shuts down first: the command gets SIGTERM and time to save, the volumes are " +
    "unmounted and detached. An instance that runctl did not launch is terminated only by its id.",
  flags: {},
  interruption: {
    goesOn: "a termination that was asked for goes on",
    sameLineContinues: true,
  },
  positionals: { instance: positional(instanceWord, "id, or name of an instance of runctl") },
  async run(input, context) {
    const aws = await context.aws();
    const instance = await requireInstance(aws, input.instance);
    const { instanceId } = instance;
    if (context.options.dryRun) return dryRun([`terminate ${instanceId}`]);
    if (instance.state !== "terminated")
      await confirmEnd("terminate", instance, input.instance, context);
    const outcome = await terminateInstance(aws, instance, context);
    hintVolumesStay(instance, context);
    return { instanceId, outcome };
  },
  render(result) {
    if (isDryRun(result)) return renderDryRun(result);
    return result.outcome === "kept"
      ? `${result.instanceId} is terminated already`
      : `${result.instanceId} terminated`;
  },
});
