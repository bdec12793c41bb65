import type { Aws } from "../aws/connect.ts";
import type { Report } from "../progress.ts";
import type { Config } from "./config.ts";

/** Options that stand before or after any command. */
export interface GlobalOptions {
  /** Talk to the local cloud of `stateDirectory`, never to AWS. */
  local: boolean;
  stateDirectory: string;
  region: string | undefined;
  profile: string | undefined;
  endpointUrl: string | undefined;
  output: "table" | "json" | "text";
  query: string | undefined;
  /** Print the plan and call nothing that changes anything. */
  dryRun: boolean;
  yes: boolean;
  quiet: boolean;
  verbose: boolean;
  debug: boolean;
  color: boolean;
}

/** What a command may use of the world outside. */
export interface Context {
  options: GlobalOptions;
  /**
   * The connection that the options ask for.
   * @throws RunctlError CONFIGURATION without a region, or when `--local` finds no running local cloud.
   */
  aws(): Promise<Aws>;
  /** Progress, to stderr. */
  report: Report;
  /**
   * Shows what is at stake and asks; returns at once under `--yes`.
   * @throws RunctlError CONFIRMATION_NEEDED when refused, or when there is nobody to ask.
   */
  confirm(question: string, atStake?: readonly string[]): Promise<void>;
  /** A line for the person on stderr, not under `--quiet`: the next command, a hint. */
  hint(text: string): void;
  /** Text for stdout while the command runs (logs that are followed); never under `--output json`. */
  print(text: string): void;
  /** Aborted by the first Ctrl-C. */
  signal: AbortSignal;
  /** Defaults of environment and files; under `--local` without what speaks of an AWS account. */
  config: Config;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
}
