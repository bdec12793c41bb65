import { requireInstance } from "../../../instances/find-instance.ts";
import { followLog, type InstanceLog, instanceLog } from "../../../instances/instance-logs.ts";
import { accountNames } from "../../account-names.ts";
import type { Context } from "../../context.ts";
import { defineCommand, optional, positional, toggle } from "../../define-command.ts";
import { instanceWord } from "../../parse-reference.ts";
import { text } from "../../parsers.ts";

export const logs = defineCommand({
  summary: "Show what the command on an instance printed",
  examples: ["aws logs i-0123456789abcdef0", "aws logs train --follow"],
  details:
    "Until the command has printed something, what the machine wrote to its console is shown. " +
    "Logs stay for 30 days, also after the instance is gone.",
  flags: {
    follow: toggle("go on until the command has ended"),
    stagingBucket: optional(text, "where the logs are, if not in the bucket of `aws setup`", "B"),
  },
  interruption: {
    goesOn: "the command on the instance goes on",
    sameLineContinues: true,
  },
  positionals: { instance: positional(instanceWord, "id, or name of an instance of runctl") },
  async run(input, context): Promise<InstanceLog> {
    const aws = await context.aws();
    const { stagingBucket } = accountNames(context.config, input);
    const instanceId = input.instance.startsWith("i-")
      ? input.instance
      : (await requireInstance(aws, input.instance)).instanceId;
    if (!input.follow) {
      const log = await instanceLog(aws, instanceId, stagingBucket);
      sayWhere(log, context);
      return log;
    }
    const instance = await requireInstance(aws, instanceId);
    const parts: InstanceLog[] = [];
    const options = {
      signal: context.signal,
      ...(stagingBucket ? { stagingBucket } : {}),
    };
    for await (const part of followLog(aws, instance, options)) {
      const before = parts.at(-1);
      if (part.from !== before?.from) {
        if (before && !before.text.endsWith("\n")) context.print("\n");
        sayWhere(part, context);
      }
      parts.push(part);
      context.print(part.text);
    }
    const from = parts.at(-1)?.from ?? "command";
    const whole = parts.filter((part) => part.from === from).map((part) => part.text);
    // What was printed as it came is not printed again; JSON gets it at once.
    return { from, text: context.options.output === "json" ? whole.join("") : "" };
  },
  render: (log) => log.text,
});

function sayWhere({ from }: InstanceLog, context: Context): void {
  if (from === "console") context.hint("no output of the command yet; this is the console");
}
