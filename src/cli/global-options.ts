import { resolve } from "node:path";
import { defaultStateDirectory } from "../local-cloud/state-directory.ts";
import { RunctlError } from "../errors.ts";
import type { GlobalOptions } from "./context.ts";
import { parseEndpointUrl, parseRegion } from "./parse-place.ts";

interface GlobalFlag {
  description: string;
  /** Undefined for a switch. */
  placeholder?: string;
}

/** By name without dashes; they stand before or after any command. */
export const globalFlags: Readonly<Record<string, GlobalFlag>> = {
  local: { description: "use the local cloud, never AWS" },
  "state-dir": { description: "which local cloud (or RUNCTL_STATE_DIR)", placeholder: "D" },
  region: { description: "AWS region", placeholder: "R" },
  profile: { description: "profile of the AWS configuration", placeholder: "P" },
  "endpoint-url": { description: "another endpoint than AWS's own", placeholder: "URL" },
  output: { description: "table, json or text", placeholder: "FORMAT" },
  query: { description: "JMESPath on the JSON result", placeholder: "JMESPATH" },
  "dry-run": { description: "print the plan, change nothing" },
  yes: { description: "answer yes to every question" },
  quiet: { description: "no progress and no hints" },
  verbose: { description: "a line when a step begins, too" },
  debug: { description: "show the stack and the cause of an error" },
  "no-color": { description: "plain text" },
};

/** As they are typed. */
export const globalFlagWords = [...Object.keys(globalFlags).map((name) => `--${name}`), "--help"];

export type RawGlobals = Partial<Record<string, string | true>>;

interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** Whether stdout is one. */
  isTerminal: boolean;
}

/** @throws RunctlError USAGE for values and combinations that make no sense. */
export function readGlobalOptions(
  raw: RawGlobals,
  { env, cwd, isTerminal }: Surroundings,
): GlobalOptions {
  const word = (name: string) => {
    const value = raw[name];
    return typeof value === "string" ? value : undefined;
  };
  const local = raw["local"] === true;
  for (const other of ["profile", "endpoint-url"]) {
    if (local && word(other) !== undefined) {
      throw new RunctlError("USAGE", `--local and --${other} exclude each other`, {
        hint: `leave out one of them: --local never talks to AWS`,
      });
    }
  }
  const output = word("output") ?? env["RUNCTL_OUTPUT"] ?? (isTerminal ? "table" : "text");
  if (output !== "table" && output !== "json" && output !== "text") {
    throw new RunctlError("USAGE", `--output is '${output}', not one of table, json, text`, {
      hint: "--output json is for programs; its members are in docs/json-output.md",
    });
  }
  const region = word("region");
  const endpointUrl = word("endpoint-url");
  return {
    local,
    stateDirectory: resolve(cwd, word("state-dir") ?? defaultStateDirectory(env)),
    region: region === undefined ? undefined : parseRegion(region),
    profile: word("profile"),
    endpointUrl: endpointUrl === undefined ? undefined : parseEndpointUrl(endpointUrl),
    output,
    query: word("query"),
    dryRun: raw["dry-run"] === true,
    yes: raw["yes"] === true,
    quiet: raw["quiet"] === true,
    verbose: raw["verbose"] === true,
    debug: raw["debug"] === true,
    color: raw["no-color"] !== true && env["NO_COLOR"] === undefined && env["TERM"] !== "dumb",
  };
}
