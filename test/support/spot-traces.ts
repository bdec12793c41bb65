import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { importTrace } from "../../src/simulation/import-trace.ts";
import type { SpotTrace } from "../../src/simulation/spot-trace.ts";

/** Public traces are too large and not ours: they stand outside, here or beside the project. */
const directory = process.env["RUNCTL_TRACES"] ?? join(import.meta.dirname, "../../../shared/data");

/** The text of a file of measured traces; undefined, and the test skipped with the reason, where there are none. */
export function traceFile(t: TestContext, name: string): string | undefined {
  const path = join(directory, name);
  if (existsSync(path)) return readFileSync(path, "utf8");
  t.skip(`${name} is not there; RUNCTL_TRACES names the directory of the traces`);
  return undefined;
}

/** The 9 zones of V100, 45.5 days, see docs/simulation.md. */
export function v100Trace(t: TestContext): SpotTrace | undefined {
  return measured(t, "aws_v100_9az_2023.rle.json");
}

/** The 13 zones of H100 with counts of 0 to 16. */
export function h100Trace(t: TestContext): SpotTrace | undefined {
  return measured(t, "gcp_h100_13zones_2025.rle.json");
}

function measured(t: TestContext, name: string): SpotTrace | undefined {
  const text = traceFile(t, name);
  if (text === undefined) return undefined;
  return importTrace({ name, text, sign: undefined, tickSeconds: undefined });
}
