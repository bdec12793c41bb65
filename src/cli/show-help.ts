import type { Branch } from "./commands/tree.ts";
import type { Command } from "./define-command.ts";
import { globalFlags } from "./global-options.ts";
import { kebab } from "./kebab.ts";

/** Help of a word that has words below it. */
export function groupHelp(path: readonly string[], branch: Branch): string {
  const line = ["runctl", ...path].join(" ");
  const words = Object.entries(branch.words ?? {}).map(
    ([word, { summary }]) => [word, summary] as const,
  );
  return sections([
    [undefined, [branch.summary]],
    ["Commands", columns(words)],
    ["Options of every command", globalOptions()],
    [
      undefined,
      [
        `${line} COMMAND --help shows examples and flags.`,
        ...(path.length === 0 ? ["runctl --version prints the version."] : []),
      ],
    ],
  ]);
}

/** Help of a command: examples first. */
export function commandHelp(path: readonly string[], command: Command, branch: Branch): string {
  const words = Object.entries(branch.words ?? {}).map(
    ([word, { summary }]) => [word, summary] as const,
  );
  return sections([
    ["Examples", command.examples.map((example) => `runctl ${example}`)],
    ["Usage", [usageLine(path, command)]],
    [undefined, [command.summary, ...(command.details ? wrapped(command.details, width) : [])]],
    ["Commands", columns(words)],
    ["Arguments", columns(positionals(command))],
    ["Flags", columns(flags(command))],
    [
      "Not yet",
      command.notYet?.length
        ? wrapped(command.notYet.map((flag) => `--${kebab(flag)}`).join(" "), width)
        : [],
    ],
    ["Options of every command", globalOptions()],
  ]);
}

function usageLine(path: readonly string[], command: Command): string {
  const names = Object.entries(command.positionals).map(([name, { kind }]) => {
    const upper = kebab(name).toUpperCase();
    if (kind === "rest") return `[-- ${upper}...]`;
    return kind === "optional" ? `[${upper}]` : upper;
  });
  return ["runctl", ...path, "[FLAGS]", ...names].join(" ");
}

function positionals(command: Command): Array<readonly [string, string]> {
  return Object.entries(command.positionals).map(([name, { description }]) => [
    kebab(name).toUpperCase(),
    description,
  ]);
}

function flags(command: Command): Array<readonly [string, string]> {
  return Object.entries(command.flags).map(([name, flag]) => {
    const aliases = Object.entries(command.aliases ?? {}).filter(([, target]) => target === name);
    const spellings = [name, ...aliases.map(([alias]) => alias)].map((word) => `--${kebab(word)}`);
    const words = `${spellings.join(", ")}${flag.kind === "switch" ? "" : ` ${flag.placeholder}`}`;
    const suffix = flag.kind === "repeated" ? " (repeatable)" : "";
    return [words, `${flag.description}${flag.kind === "required" ? " (required)" : suffix}`];
  });
}

function globalOptions(): string[] {
  return columns(
    Object.entries(globalFlags).map(([name, { description, placeholder }]) => [
      `--${name}${placeholder ? ` ${placeholder}` : ""}`,
      description,
    ]),
  );
}

function columns(rows: ReadonlyArray<readonly [string, string]>): string[] {
  const first = Math.max(...rows.map(([left]) => left.length), 0);
  // Two spaces stand before the rows, and two between the columns.
  const below = `\n${" ".repeat(first + 4)}`;
  return rows.map(
    ([left, right]) =>
      `${left.padEnd(first)}  ${wrapped(right, Math.max(width - first - 4, 40)).join(below)}`,
  );
}

/** Columns of a line of help: most terminals have as many, and longer lines are hard to read in any. */
const width = 100;

/** Lines that are not longer, but for a word that is. */
function wrapped(text: string, longest: number): string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    for (const word of paragraph.split(" ")) {
      const line = lines.at(-1);
      if (line === undefined || line.length + 1 + word.length > longest) lines.push(word);
      else lines[lines.length - 1] = `${line} ${word}`;
    }
    return lines;
  });
}

function sections(parts: ReadonlyArray<[title: string | undefined, lines: string[]]>): string {
  return parts
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) =>
      title ? [`${title}:`, ...lines.map((line) => `  ${line}`)].join("\n") : lines.join("\n"),
    )
    .join("\n\n");
}
