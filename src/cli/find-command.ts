import { RunctlError } from "../errors.ts";
import { closest } from "../closest.ts";
import type { Branch } from "./commands/tree.ts";
import { globalFlags, globalFlagWords, type RawGlobals } from "./global-options.ts";

export interface Found {
  /** The words that led here, such as `["aws", "ebs", "create"]`. */
  path: string[];
  branch: Branch;
  globals: RawGlobals;
  /** What is left for the command itself, global flags taken out, up to `--`. */
  words: string[];
  /** What stands after `--`; undefined without one. */
  afterDashes: string[] | undefined;
  helpWanted: boolean;
  versionWanted: boolean;
}

/**
 * Walks the tree of commands along the words of the command line. Global flags may stand anywhere before `--`.
 *
 * @throws RunctlError USAGE for a word that no branch knows, or a global flag without its value.
 */
export function findCommand(root: Branch, argv: readonly string[]): Found {
  const dashes = argv.indexOf("--");
  const afterDashes = dashes === -1 ? undefined : argv.slice(dashes + 1);
  const { globals, rest } = takeGlobals(dashes === -1 ? argv : argv.slice(0, dashes));
  let helpWanted = rest.some((word) => word === "-h" || word === "--help");
  const words = rest.filter((word) => word !== "-h" && word !== "--help");

  let branch = root;
  const path: string[] = [];
  for (;;) {
    const next = own(branch.words, words[0]);
    if (next) {
      path.push(words.shift() ?? "");
      branch = next;
    } else if (words[0] === "help" && !branch.load) {
      helpWanted = true;
      words.shift();
    } else break;
  }
  const versionWanted = path.length === 0 && words[0] === "--version";
  if (versionWanted) words.shift();
  if (branch.notYet) throw stillToCome(path, branch.notYet.meanwhile);
  const stray = words[0];
  if (!branch.load && stray !== undefined) throw unknownWord(path, branch, stray);
  return { path, branch, globals, words, afterDashes, helpWanted, versionWanted };
}

function takeGlobals(argv: readonly string[]): { globals: RawGlobals; rest: string[] } {
  const globals: RawGlobals = {};
  const rest: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? "";
    const [name, inline] = splitFlag(word);
    const flag = own(globalFlags, name);
    if (name === undefined || !flag) {
      rest.push(word);
    } else if (!flag.placeholder) {
      if (inline !== undefined) throw new RunctlError("USAGE", `--${name} takes no value`);
      globals[name] = true;
    } else {
      const value = inline ?? argv[(at += 1)];
      if (!value || (inline === undefined && value.startsWith("--")))
        throw new RunctlError("USAGE", `--${name} needs a value`, {
          hint: `--${name} ${flag.placeholder}: ${flag.description}`,
        });
      globals[name] = value;
    }
  }
  return { globals, rest };
}

/** What the record itself has: `constructor` is no command. */
function own<Value>(
  record: Readonly<Record<string, Value>> | undefined,
  name: string | undefined,
): Value | undefined {
  return record && name !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

function splitFlag(word: string): [name: string | undefined, inline: string | undefined] {
  const match = /^--([a-z][a-z-]*)(?:=(.*))?$/s.exec(word);
  return [match?.[1], match?.[2]];
}

/** What other programs call it. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  cp: ["upload", "download"],
  delete: ["terminate"],
  describe: ["show"],
  get: ["show", "download"],
  info: ["show", "status"],
  kill: ["terminate"],
  launch: ["create"],
  log: ["logs"],
  ls: ["list"],
  put: ["upload"],
  remove: ["delete"],
  resize: ["modify"],
  rm: ["delete"],
  run: ["create"],
  start: ["up"],
  stop: ["down"],
  sync: ["upload", "download"],
  tune: ["modify"],
  warm: ["pre-warm"],
};

function unknownWord(path: readonly string[], branch: Branch, word: string): RunctlError {
  const line = ["runctl", ...path].join(" ");
  const meant = word.startsWith("-") ? meantFlags(word) : meantCommands(branch, word);
  const lines = meant.map((words) => (word.startsWith("-") ? words : `'${line} ${words}'`));
  const hint = lines.length > 0 ? `did you mean ${lines.join(" or ")}?` : `see ${line} --help`;
  const kind = word.startsWith("-") ? "flag" : "command";
  const typed = word.startsWith("-") ? word : [...path, word].join(" ");
  return new RunctlError("USAGE", `unknown ${kind} '${typed}'`, { hint });
}

function meantFlags(word: string): string[] {
  if (word === "-v" || word === "-V") return ["--version"];
  const flag = closest(word.replace(/=.*/s, ""), globalFlagWords);
  return flag ? [flag] : [];
}

/** What may be meant: another program's word, a slip of one of ours, or one of ours that is further down. */
function meantCommands({ words = {} }: Branch, word: string): string[] {
  const known = Object.keys(words);
  const synonym = own(synonyms, word)?.filter((other) => known.includes(other)) ?? [];
  if (synonym.length > 0) return synonym;
  const near = closest(word, known);
  if (near) return [near];
  return known.flatMap((group) => (own(words[group]?.words, word) ? [`${group} ${word}`] : []));
}

function stillToCome(path: readonly string[], meanwhile: string | undefined): RunctlError {
  const parent = ["runctl", ...path.slice(0, -1)].join(" ");
  return new RunctlError("NOT_YET", `'${["runctl", ...path].join(" ")}' is not yet there`, {
    hint: meanwhile ? `until then: ${meanwhile}` : `${parent} --help shows what there is`,
  });
}
