import { createHash } from "node:crypto";
import { RunctlError } from "../errors.ts";
import { parseCsvTrace } from "./import/csv.ts";
import { parseJsonTrace } from "./import/json.ts";
import type { SpotTrace } from "./spot-trace.ts";
import type { TraceSource } from "./trace-source.ts";

/**
 * Reads a trace; its content tells the format: run-length JSON (`zones`), JSON ticks (`data`), or CSV with a header.
 *
 * @throws RunctlError USAGE where the file is none of these, or leaves open what a 1 means.
 */
export function importTrace(source: TraceSource): SpotTrace {
  const trace = source.text.trimStart().startsWith("{")
    ? parseJsonTrace(source)
    : parseCsvTrace(source);
  if (trace.zones.length === 0 || !(trace.lengthMs > 0))
    throw new RunctlError("USAGE", `${source.name} has no observations`);
  const sha256 = createHash("sha256").update(source.text).digest("hex");
  return { ...trace, origin: `${trace.origin}, sha256 ${sha256.slice(0, 16)}` };
}

/**
 * Puts files of one zone each side by side, cut to the shortest.
 *
 * @throws RunctlError USAGE for two of a zone, or for probes beside counts.
 */
export function mergeTraces(traces: readonly SpotTrace[]): SpotTrace {
  const [first] = traces;
  if (!first) throw new RunctlError("USAGE", "no trace was given");
  if (traces.length === 1) return first;
  const zones = traces.flatMap((trace) => trace.zones);
  const twice = zones.find(({ zone }, at) => zones.findIndex((one) => one.zone === zone) < at);
  if (twice) throw new RunctlError("USAGE", `the zone ${twice.zone} comes from two files`);
  if (traces.some(({ kind }) => kind !== first.kind))
    throw new RunctlError("USAGE", "one trace has probes, another has counts");
  return {
    ...first,
    zones,
    lengthMs: Math.min(...traces.map(({ lengthMs }) => lengthMs)),
    tickMs: Math.max(...traces.map(({ tickMs }) => tickMs)),
    origin: traces.map(({ origin }) => origin).join("; "),
  };
}
