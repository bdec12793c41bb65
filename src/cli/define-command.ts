import type { Context } from "./context.ts";
import type { Parser } from "./parser.ts";

export interface Flag<Value> {
  kind: "required" | "optional" | "repeated" | "switch";
  description: string;
  /** Shown in the help, such as `GiB`. */
  placeholder: string;
  parse: Parser<unknown>;
  /** Only for the types: the value that `run` gets. */
  readonly type?: Value;
}

export interface Positional<Value> {
  kind: "required" | "optional" | "rest";
  description: string;
  parse: Parser<unknown>;
  readonly type?: Value;
}

export const required = <Value>(
  parse: Parser<Value>,
  description: string,
  placeholder = "VALUE",
): Flag<Value> => ({ kind: "required", description, placeholder, parse });

export const optional = <Value>(
  parse: Parser<Value>,
  description: string,
  placeholder = "VALUE",
): Flag<Value | undefined> => ({ kind: "optional", description, placeholder, parse });

/** A flag that may stand several times; none: an empty list. */
export const repeated = <Value>(
  parse: Parser<Value>,
  description: string,
  placeholder = "VALUE",
): Flag<Value[]> => ({ kind: "repeated", description, placeholder, parse });

export const toggle = (description: string): Flag<boolean> => ({
  kind: "switch",
  description,
  placeholder: "",
  parse: () => true,
});

export const positional = <Value>(
  parse: Parser<Value>,
  description: string,
): Positional<Value> => ({ kind: "required", description, parse });

/** Everything after `--`, as it stands. */
export const restAfterDashes = (description: string): Positional<string[]> => ({
  kind: "rest",
  description,
  parse: (text) => text,
});

export interface Interruption {
  /** What goes on although the program stops, such as `the instance goes on`. */
  goesOn: string;
  /** Whether the same command line, run again, goes on where this one stopped. */
  sameLineContinues: boolean;
}

type Flags = Record<string, Flag<unknown>>;
type Positionals = Record<string, Positional<unknown>>;
type Values<Specs extends Record<string, { readonly type?: unknown }>> = {
  [Name in keyof Specs]: Specs[Name] extends { readonly type?: infer Value } ? Value : never;
};

export interface Command<
  F extends Flags = Flags,
  P extends Positionals = Positionals,
  R = unknown,
> {
  /** One line for the list of commands. */
  summary: string;
  /** Two or three command lines that work, without the leading `runctl`; the help begins with them. */
  examples: readonly string[];
  /** More words for the help: rules, defaults. */
  details?: string;
  /** In camelCase; typed as `--kebab-case`. */
  flags: F;
  /** In the order in which they are typed; a `rest` one is last. */
  positionals: P;
  /** Other spellings of flags: `{ ebsMount: "mountPoint" }`. */
  aliases?: Readonly<Record<string, keyof F & string>>;
  /** Flags of the product that are still to come, in camelCase: refused as "not yet", never ignored. */
  notYet?: readonly string[];
  /** What Ctrl-C leaves behind; without it nothing goes on, and there is nothing to continue. */
  interruption?: Interruption;
  run(input: Values<F> & Values<P>, context: Context): Promise<R>;
  /** The result as text for stdout; `--output json` prints the result itself. */
  render(result: R, context: Context): string;
  /** Exit code of a result that is not a plain success, such as the exit code of the command that ran. */
  exitCode?(result: R): number;
}

/** Typed as it is written, kept as data. */
export function defineCommand<F extends Flags, P extends Positionals, R>(
  command: Command<F, P, R>,
): Command<F, P, R> {
  return command;
}
