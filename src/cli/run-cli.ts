import { isRunctlError, RunctlError } from "../errors.ts";
import type { Branch } from "./commands/tree.ts";
import { root } from "./commands/root.ts";
import type { Config } from "./config.ts";
import { confirm } from "./confirm.ts";
import type { Context, GlobalOptions } from "./context.ts";
import { type Found, findCommand } from "./find-command.ts";
import { type RawGlobals, readGlobalOptions } from "./global-options.ts";
import { type Interrupts, listenForInterrupts } from "./interrupts.ts";
import type { ProgressEvent, Report } from "../progress.ts";
import { inSamePlace } from "./same-place.ts";
import { describeError } from "./show-error.ts";
import { commandHelp, groupHelp } from "./show-help.ts";
import { type ProgressView, showProgress } from "./show-progress.ts";

interface Streams {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Runs one command line; returns the exit code. */
export async function runCli(argv: readonly string[], env: Env, streams: Streams): Promise<number> {
  const { stdout, stderr } = streams;
  surviveClosedPipes(streams);
  let options: GlobalOptions | undefined;
  let globals: RawGlobals = {};
  let view: ProgressView | undefined;
  let interrupts: Interrupts | undefined;
  try {
    const found = findCommand(root, argv);
    const command = await found.branch.load?.();
    if (found.helpWanted || found.versionWanted || !command) {
      await write(stdout, await plainAnswer(found, command));
      return 0;
    }
    const cwd = process.cwd();
    globals = placeOf(found);
    options = readGlobalOptions(found.globals, { env, cwd, isTerminal: stdout.isTTY });
    const { parseCommand } = await import("./parse-command.ts");
    const input = parseCommand(command, found);
    const { describeResult, requireJmespath } = await import("./show-result.ts");
    if (options.query !== undefined) await requireJmespath(options.query);

    const progress = progressView(options, env, stderr);
    view = progress;
    interrupts = listenForInterrupts({
      argv,
      interruption: options.dryRun ? undefined : command.interruption,
      say(line) {
        progress.pause();
        stderr.write(`${line}\n`);
      },
    });
    const config = await commandConfig(options, cwd, env);
    const { signal } = interrupts;
    const context = makeContext({
      options,
      globals,
      config,
      view: progress,
      signal,
      env,
      cwd,
      streams,
    });
    const result = await command.run(input, context);
    view.stop();
    const text = await describeResult(command, result, context);
    if (text) await write(stdout, text);
    return command.exitCode?.(result) ?? 0;
  } catch (error) {
    view?.stop();
    const style = options ?? styleBeforeParsing(argv, env);
    const { text, exitCode } = describeError(asInterruption(error, interrupts?.signal), {
      json: style.output === "json",
      color: style.color === true && stderr.isTTY,
      debug: style.debug === true,
      globals,
    });
    await write(stderr, text);
    return exitCode;
  } finally {
    interrupts?.stopListening();
  }
}

/** Where the lines of a hint belong: what `runctl local …` speaks of is in the local cloud. */
function placeOf({ globals, path }: Found): RawGlobals {
  return path[0] === "local" ? { ...globals, local: true } : globals;
}

/** Help and version: what needs neither options nor a command that runs. */
async function plainAnswer(found: Found, command: Awaited<LoadedCommand>): Promise<string> {
  const { path, branch } = found;
  if (found.versionWanted) return (await import("./version.ts")).version;
  if (!found.helpWanted && path.length > 0) throw incomplete(found);
  return command ? commandHelp(path, command, branch) : groupHelp(path, branch);
}

type LoadedCommand = ReturnType<NonNullable<Branch["load"]>> | undefined;

async function commandConfig(options: GlobalOptions, cwd: string, env: Env): Promise<Config> {
  const { readConfig, withoutAccount } = await import("./config.ts");
  const config = await readConfig(cwd, env);
  return options.local ? withoutAccount(config) : config;
}

function progressView(options: GlobalOptions, env: Env, stderr: NodeJS.WriteStream): ProgressView {
  return showProgress({
    write: (text) => void (options.quiet || stderr.write(text)),
    isTerminal: stderr.isTTY && !options.quiet && env["TERM"] !== "dumb",
    // A terminal that does not know its width says 0.
    columns: stderr.columns || 80,
    color: options.color && stderr.isTTY,
    verbose: options.verbose,
  });
}

interface ContextParts extends Pick<Context, "options" | "config" | "signal" | "env" | "cwd"> {
  globals: RawGlobals;
  view: ProgressView;
  streams: Streams;
}

function makeContext({ globals, view, streams, ...parts }: ContextParts): Context {
  const { options, config, signal } = parts;
  const report: Report = (event) => {
    if (!options.quiet) view.report(inPlace(event, globals));
  };
  return {
    ...parts,
    aws: once(async () =>
      (await import("./connect-from-options.ts")).connectFromOptions(options, config, signal),
    ),
    report,
    async confirm(question, atStake = []) {
      view.pause();
      const { stdin: input, stderr: output } = streams;
      await confirm(question, atStake, { yes: options.yes, input, output, signal });
    },
    hint(text) {
      report({ kind: "note", text });
    },
    print(text) {
      if (options.output !== "json") streams.stdout.write(text);
    },
  };
}

/** A note may name the next command, too. */
function inPlace(event: ProgressEvent, globals: RawGlobals): ProgressEvent {
  return event.kind === "note" ? { ...event, text: inSamePlace(event.text, globals) } : event;
}

/** Whatever an aborted call throws: it is the interruption that the user has to hear of. */
function asInterruption(error: unknown, signal: AbortSignal | undefined): unknown {
  return signal?.aborted && !isRunctlError(error) ? signal.reason : error;
}

/** A reader that has had enough (`| head -1`) ends the program; one of progress does not. */
function surviveClosedPipes({ stdout, stderr }: Streams): void {
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    stderr.write(`error: cannot write the result: ${error.message}\n`);
    process.exit(1);
  });
  stderr.on("error", () => undefined);
}

function incomplete({ path, branch }: Found): RunctlError {
  const line = ["runctl", ...path].join(" ");
  const words = Object.keys(branch.words ?? {}).join(", ");
  return new RunctlError("USAGE", `'${line}' wants one of: ${words}`, {
    hint: `see ${line} --help`,
  });
}

/** How to show an error that came before the options were read. */
function styleBeforeParsing(argv: readonly string[], env: Env): Partial<GlobalOptions> {
  const dashes = argv.indexOf("--");
  const words = dashes === -1 ? argv : argv.slice(0, dashes);
  const at = words.lastIndexOf("--output");
  const inline = words.findLast((word) => word.startsWith("--output="));
  const output =
    at === -1 ? (inline?.slice("--output=".length) ?? env["RUNCTL_OUTPUT"]) : words[at + 1];
  return output === "json" ? { output } : {};
}

/** Resolves once the text is handed over, so that a pipe gets all of it before the process ends. */
function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) =>
    stream.write(text.endsWith("\n") ? text : `${text}\n`, () => resolve()),
  );
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => (value ??= make());
}
