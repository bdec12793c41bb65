import type { AdviceOutput } from "../../src/cli/commands/cost/advice-output.ts";
import { root } from "../../src/cli/commands/root.ts";
import type { Context } from "../../src/cli/context.ts";
import { findCommand } from "../../src/cli/find-command.ts";
import { parseCommand } from "../../src/cli/parse-command.ts";

const options: Context["options"] = {
  local: false,
  stateDirectory: "/nowhere",
  region: undefined,
  profile: undefined,
  endpointUrl: undefined,
  output: "table",
  query: undefined,
  dryRun: false,
  yes: true,
  quiet: true,
  verbose: false,
  debug: false,
  color: false,
};

/** One of a person who asks AWS nothing: each call of it fails. */
export const context: Context = {
  options,
  aws: () => Promise.reject(new Error("AWS was asked")),
  report: () => undefined,
  confirm: () => Promise.reject(new Error("a confirmation was asked for")),
  hint: () => undefined,
  print: () => undefined,
  signal: new AbortController().signal,
  config: {},
  env: {},
  cwd: "/",
};

/** Words as a shell splits them; single quotes keep theirs together. */
export function shellWords(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

/** Reads a command line of ours, without the leading `runctl`, as the CLI would. */
export async function readLine(line: string) {
  const found = findCommand(root, shellWords(line));
  const command = await found.branch.load?.();
  if (!command) throw new Error(`'${line}' is no command`);
  return { command, input: parseCommand(command, found) };
}

/** What `runctl cost advise FLAGS` answers: as data, and as its text. */
export async function runAdvise(flags: string): Promise<{ items: AdviceOutput[]; text: string }> {
  const { command, input } = await readLine(`cost advise ${flags}`);
  const result = (await command.run(input, context)) as { items: AdviceOutput[] };
  return { items: result.items, text: command.render(result, context) };
}
