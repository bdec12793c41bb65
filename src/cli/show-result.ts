import { RunctlError } from "../errors.ts";
import type { Context } from "./context.ts";
import type { Command } from "./define-command.ts";

/** The text for stdout. JSON values are printed as they are: lists come as `{"items": [...]}` from the commands. */
export async function describeResult(
  command: Command,
  result: unknown,
  context: Context,
): Promise<string> {
  const { output, query } = context.options;
  if (query !== undefined) {
    const found = await search(result, query);
    // A shell wants `$(runctl … --query 'items[0].volumeId')` without quotes.
    if (output !== "json" && typeof found === "string") return found;
    return JSON.stringify(found, undefined, 2);
  }
  if (output === "json") return JSON.stringify(result, undefined, 2);
  return command.render(result, context);
}

async function search(result: unknown, query: string): Promise<unknown> {
  const find = await searcher();
  // What the query sees is what `--output json` prints.
  const value: unknown = JSON.parse(JSON.stringify(result ?? null));
  try {
    return find(value, query);
  } catch (error) {
    throw notJmespath(query, error);
  }
}

/** By its default export: of a CommonJS module that is split off, esbuild hands on no other. */
async function searcher() {
  const { default: jmespath } = await import("jmespath");
  return jmespath.search;
}

/**
 * Called before the command runs: a slip in the query must not cost its result.
 *
 * @throws RunctlError USAGE for what no result could be searched by.
 */
export async function requireJmespath(query: string): Promise<void> {
  const find = await searcher();
  try {
    find(null, query);
  } catch (error) {
    // Types are another matter: `length(items)` is only wrong here, where there are no items.
    if (!(error instanceof Error) || !error.message.startsWith("TypeError:"))
      throw notJmespath(query, error);
  }
}

function notJmespath(query: string, error: unknown): RunctlError {
  const why = error instanceof Error ? error.message : String(error);
  if (why.startsWith("TypeError:"))
    return new RunctlError("USAGE", `--query '${query}' does not fit the result: ${why}`, {
      hint: "without --query, --output json shows what there is; the command itself has done its work",
      cause: error,
    });
  return new RunctlError("USAGE", `--query '${query}' is not JMESPath: ${why}`, {
    hint: "see https://jmespath.org",
    cause: error,
  });
}
