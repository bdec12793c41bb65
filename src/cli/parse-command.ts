import { Command as Commander, CommanderError, Option } from "commander";
import { isRunctlError, RunctlError } from "../errors.ts";
import type { Command, Flag } from "./define-command.ts";
import { globalFlagWords } from "./global-options.ts";
import { kebab } from "./kebab.ts";
import { nearestFlag } from "./nearest-flag.ts";

export interface Typed {
  path: readonly string[];
  words: readonly string[];
  afterDashes: readonly string[] | undefined;
}

/**
 * Turns the words of one command line into the values that its `run` takes.
 *
 * @throws RunctlError USAGE naming the word that does not fit, NOT_YET for flags that are still to come.
 */
export function parseCommand(command: Command, typed: Typed): Record<string, unknown> {
  const line = ["runctl", ...typed.path].join(" ");
  refuseNotYet(command, typed.words, line);
  refuseFlagsAsValues(command, typed.words);
  const parser = buildParser(command);
  try {
    parser.parse([...typed.words], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) throw usage(error, command, line);
    throw error;
  }
  const raw = parser.opts<Record<string, RawValue>>();
  return {
    ...readFlags(command, raw, line),
    ...readPositionals(command, parser.args, typed.afterDashes, line),
  };
}

function refuseNotYet(command: Command, words: readonly string[], line: string): void {
  for (const name of command.notYet ?? []) {
    const flag = `--${kebab(name)}`;
    if (words.some((word) => word === flag || word.startsWith(`${flag}=`))) {
      throw new RunctlError("NOT_YET", `${flag} is not yet part of '${line}'`, {
        hint: `leave it out; ${line} --help shows what there is`,
      });
    }
  }
}

/** `--name --spot` forgot the name; a value that does begin with dashes is typed as `--name=--spot`. */
function refuseFlagsAsValues(command: Command, words: readonly string[]): void {
  const aliases = Object.entries(command.aliases ?? {});
  for (const [name, { kind, placeholder, description }] of Object.entries(command.flags)) {
    if (kind === "switch") continue;
    const others = aliases.filter(([, target]) => target === name).map(([alias]) => alias);
    for (const flag of [name, ...others].map((spelling) => `--${kebab(spelling)}`)) {
      const at = words.findIndex(
        (word, index) => word === flag && (words[index + 1] ?? "--").startsWith("--"),
      );
      if (at !== -1)
        throw new RunctlError("USAGE", `${flag} needs a value`, {
          hint: `${flag} ${placeholder}: ${description}`,
        });
    }
  }
}

/** What commander makes of a flag; of a repeated one, every value with its place on the line. */
type RawValue = string | readonly PlacedWord[] | boolean | undefined;

interface PlacedWord {
  word: string;
  position: number;
}

function buildParser(command: Command): Commander {
  const parser = new Commander()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, writeOut: () => undefined })
    .helpOption(false)
    .allowExcessArguments(true);
  let position = 0;
  const nextPosition = () => position++;
  for (const [name, flag] of Object.entries(command.flags)) {
    parser.addOption(toOption(name, flag, nextPosition));
  }
  for (const [alias, name] of Object.entries(command.aliases ?? {})) {
    const flag = command.flags[name];
    if (flag) parser.addOption(toOption(alias, { ...flag, kind: aliasKind(flag) }, nextPosition));
  }
  return parser;
}

const aliasKind = (flag: Flag<unknown>) => (flag.kind === "required" ? "optional" : flag.kind);

function toOption(name: string, flag: Flag<unknown>, nextPosition: () => number): Option {
  const words = `--${kebab(name)}`;
  const option = new Option(flag.kind === "switch" ? words : `${words} <value>`);
  // Commander would read --no-notice as the opposite of --notice, and no command would see it.
  option.negate = false;
  // Not commander's variadic form: that would swallow the positionals that follow.
  if (flag.kind === "repeated") {
    option.argParser((word, before: PlacedWord[] | undefined) => [
      ...(before ?? []),
      { word, position: nextPosition() },
    ]);
  }
  return option;
}

function readFlags(
  command: Command,
  raw: Record<string, RawValue>,
  line: string,
): Record<string, unknown> {
  const given = (name: string) => {
    const alias = Object.entries(command.aliases ?? {}).find(
      ([other, target]) => target === name && raw[other] !== undefined,
    );
    if (alias && raw[name] !== undefined && raw[name] !== raw[alias[0]]) {
      throw new RunctlError("USAGE", `--${kebab(name)} and --${kebab(alias[0])} differ`, {
        hint: "they mean the same: give one of them",
      });
    }
    return raw[name] ?? (alias && raw[alias[0]]);
  };
  const values: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(command.flags)) {
    const value = given(name);
    const words = `--${kebab(name)}`;
    if (flag.kind === "switch") values[name] = value === true;
    else if (flag.kind === "repeated") {
      const list = typeof value === "object" ? value : [];
      values[name] = list.map(({ word, position }) =>
        parseWord((text) => flag.parse(text, position), word, words, line),
      );
    } else if (typeof value === "string") {
      values[name] = parseWord(flag.parse, value, words, line);
    } else if (flag.kind === "required") {
      throw new RunctlError("USAGE", `${words} is missing`, {
        hint: `${words} ${flag.placeholder}: ${flag.description}; see ${line} --help`,
      });
    } else values[name] = undefined;
  }
  return values;
}

function readPositionals(
  command: Command,
  args: readonly string[],
  afterDashes: readonly string[] | undefined,
  line: string,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const specs = Object.entries(command.positionals);
  const hasRest = specs.some(([, spec]) => spec.kind === "rest");
  const words = [...args, ...(hasRest ? [] : (afterDashes ?? []))];
  for (const [name, spec] of specs) {
    if (spec.kind === "rest") {
      values[name] = [...(afterDashes ?? [])];
      continue;
    }
    const word = words.shift();
    if (word !== undefined) values[name] = parseWord(spec.parse, word, kebab(name), line);
    else if (spec.kind === "optional") values[name] = undefined;
    else {
      throw new RunctlError("USAGE", `${kebab(name)} is missing: ${spec.description}`, {
        hint: `see ${line} --help`,
      });
    }
  }
  if (words[0] !== undefined) {
    const hint = hasRest ? `a command to run stands after --` : `see ${line} --help`;
    throw new RunctlError("USAGE", `unexpected '${words[0]}'`, { hint });
  }
  return values;
}

function parseWord(
  parse: (text: string) => unknown,
  word: string,
  name: string,
  line: string,
): unknown {
  try {
    return parse(word);
  } catch (error) {
    if (!isRunctlError(error)) throw error;
    const hint = error.hint ?? `see ${line} --help`;
    throw new RunctlError(error.code, `${name}: ${error.message}`, { hint, cause: error });
  }
}

function usage(error: CommanderError, command: Command, line: string): RunctlError {
  const message = (error.message.split("\n")[0] ?? "").replace(/^error: /, "");
  const unknown = /unknown option '(--[^'=]*)/.exec(message)?.[1];
  const flags = [command.flags, command.aliases ?? {}].flatMap((names) => Object.keys(names));
  const known = [...flags.map((name) => `--${kebab(name)}`), ...globalFlagWords];
  const near = unknown && nearestFlag(unknown, known);
  const hint = near ? `did you mean ${near}?` : `see ${line} --help`;
  return new RunctlError("USAGE", message.replace("unknown option", "unknown flag"), {
    hint,
    cause: error,
  });
}
