import { root } from "../../src/cli/commands/root.ts";
import type { SimulationOutput } from "../../src/cli/commands/cost/simulation-output.ts";
import { findCommand } from "../../src/cli/find-command.ts";
import { parseCommand } from "../../src/cli/parse-command.ts";
import { context as offline, shellWords } from "./run-advise.ts";

/** What `runctl cost simulate FLAGS` answers: as data, and as its text. */
export async function runSimulate(
  flags: string,
): Promise<{ output: SimulationOutput; text: string }> {
  const found = findCommand(root, shellWords(`cost simulate ${flags}`));
  const command = await found.branch.load?.();
  if (!command) throw new Error("there is no cost simulate");
  const context = {
    ...offline,
    options: {
      ...offline.options,
      region: found.globals["region"] as string | undefined,
      dryRun: found.globals["dry-run"] === true,
    },
  };
  const output = (await command.run(parseCommand(command, found), context)) as SimulationOutput;
  return { output, text: command.render(output, context) };
}
