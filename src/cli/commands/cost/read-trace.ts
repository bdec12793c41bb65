import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { RunctlError } from "../../../errors.ts";
import { importTrace } from "../../../simulation/import-trace.ts";
import type { SpotTrace } from "../../../simulation/spot-trace.ts";
import type { TraceSource } from "../../../simulation/trace-source.ts";

/** @throws RunctlError NOT_FOUND for a file that cannot be read, USAGE for one that is no trace. */
export async function readTrace(
  path: string,
  { sign, tickSeconds }: Pick<TraceSource, "sign"> & Partial<Pick<TraceSource, "tickSeconds">>,
): Promise<SpotTrace> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const why = code === "ENOENT" ? "there is no such file" : code;
    throw new RunctlError("NOT_FOUND", `cannot read the trace ${path}: ${why}`, {
      hint: "give a file by --trace FILE; without, capacity is made up after published statistics",
      cause: error,
    });
  }
  return importTrace({ name: basename(path), text, sign, tickSeconds });
}
