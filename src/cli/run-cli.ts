import { RunctlError } from "../errors.ts";
import { root } from "./commands/root.ts";
import { confirm } from "./confirm.ts";
import type { Context, GlobalOptions } from "./context.ts";
import { type Found, findCommand } from "./find-command.ts";
import { type RawGlobals, readGlobalOptions } from "./global-options.ts";
import { describeError } from "./show-error.ts";
import { commandHelp, groupHelp } from "./show-help.ts";
import { type ProgressView, showProgress } from "./show-progress.ts";

interface Streams {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

/** Runs one command line; returns the exit code. */
export async function runCli(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  { stdin, stdout, stderr }: Streams,
): Promise<number> {
  let options: GlobalOptions | undefined;
  let view: ProgressView | undefined;
  try {
    const found = findCommand(root, argv);
    const command = await found.branch.load?.();
    if (found.helpWanted || !command) {
      if (!found.helpWanted && found.path.length > 0) throw incomplete(found);
      const { path, branch } = found;
      await write(stdout, command ? commandHelp(path, command, branch) : groupHelp(path, branch));
      return 0;
    }
    options = readGlobalOptions(found.globals, env, stdout.isTTY);
    view = showProgress({
      write: (text) => void (options?.quiet || stderr.write(text)),
      isTerminal: stderr.isTTY && !options.quiet && env["TERM"] !== "dumb",
      columns: stderr.columns ?? 80,
      color: options.color && stderr.isTTY,
    });
    const { parseCommand } = await import("./parse-command.ts");
    const input = parseCommand(command, found);
    const context = makeContext({ options, view, env, stdin, stdout, stderr });
    const result = await command.run(input, context);
    view.stop();
    const { describeResult } = await import("./show-result.ts");
    const text = await describeResult(command, result, context);
    if (text) await write(stdout, text);
    return command.exitCode?.(result) ?? 0;
  } catch (error) {
    view?.stop();
    const style = options ?? styleBeforeParsing(argv);
    const { text, exitCode } = describeError(error, {
      json: style.output === "json",
      color: style.color === true && stderr.isTTY,
      debug: style.debug === true,
    });
    await write(stderr, text);
    return exitCode;
  }
}

function makeContext(
  parts: Streams & { options: GlobalOptions; view: ProgressView; env: Context["env"] },
): Context {
  const { options, view, env, stdin, stdout, stderr } = parts;
  const interrupt = new AbortController();
  onInterrupt(interrupt, stderr, view);
  return {
    options,
    aws: once(async () =>
      (await import("./connect-from-options.ts")).connectFromOptions(options, env),
    ),
    report: options.quiet ? () => undefined : view.report,
    async confirm(question, atStake = []) {
      view.pause();
      await confirm(question, atStake, {
        yes: options.yes,
        input: stdin,
        output: stderr,
        signal: interrupt.signal,
      });
    },
    hint(text) {
      if (!options.quiet) view.report({ kind: "note", text });
    },
    print(text) {
      if (options.output !== "json") stdout.write(text);
    },
    signal: interrupt.signal,
    env,
    cwd: process.cwd(),
  };
}

/** The first Ctrl-C stops the command in an orderly way, a second one at once. */
function onInterrupt(controller: AbortController, stderr: NodeJS.WriteStream, view: ProgressView) {
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    view.pause();
    stderr.write("interrupted: stopping; what was started in the cloud goes on\n");
    controller.abort(
      new RunctlError("INTERRUPTED", "interrupted", {
        hint: "run the same command again: it finds what is there and goes on",
      }),
    );
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

function incomplete({ path, branch }: Found): RunctlError {
  const line = ["runctl", ...path].join(" ");
  const words = Object.keys(branch.words ?? {}).join(", ");
  return new RunctlError("USAGE", `'${line}' wants one of: ${words}`, {
    hint: `see ${line} --help`,
  });
}

/** How to show an error that came before the options were read. */
function styleBeforeParsing(argv: readonly string[]): Partial<GlobalOptions> {
  const raw: RawGlobals = {};
  const at = argv.indexOf("--output");
  const value = at === -1 ? undefined : argv[at + 1];
  if (value !== undefined) raw["output"] = value;
  const json = raw["output"] === "json" || argv.includes("--output=json");
  return json ? { output: "json" } : {};
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
