import { RunctlError } from "../../errors.ts";
import type { Sign, TraceSource } from "../trace-source.ts";
import { pricesFromRuns, type SpotTrace, zoneFromRuns } from "../spot-trace.ts";
import { requireSign, toCapacity, zoneFromName } from "./read-sign.ts";

interface Observation {
  zone: string;
  atMs: number;
  capacity: number;
  usdPerHour: number | undefined;
}

/**
 * CSV with a header: `time` (seconds, or an ISO time), `zone` (may be missing: the file's name says it), one of
 * `available`, `preempted` or `capacity` (or `value`, which needs a sign), and perhaps `price`. A row holds until the
 * next one of its zone; the last one holds for as long as the shortest distance between two rows.
 */
export function parseCsvTrace(source: TraceSource): SpotTrace {
  const [header = "", ...lines] = source.text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const columns = header.split(",").map((word) => word.trim().toLowerCase());
  const value = valueColumn(columns, source);
  const time = columns.findIndex((name) => ["time", "seconds", "timestamp"].includes(name));
  if (time === -1) throw unreadable(source, "has no column time");
  const rows = lines.map((line, index): Observation => {
    const cells = line.split(",").map((cell) => cell.trim());
    const cell = (name: string) => cells[columns.indexOf(name)];
    const atMs = readTime(cells[time] ?? "");
    const number = Number(cells[value.column] || Number.NaN);
    if (!Number.isFinite(atMs) || !(number >= 0))
      throw unreadable(source, `has no observation in line ${index + 2}: '${line}'`);
    const price = cell("price");
    const usdPerHour = price ? Number(price) : undefined;
    if (usdPerHour !== undefined && !(usdPerHour >= 0 && usdPerHour < Infinity))
      throw unreadable(source, `has no price in line ${index + 2}: '${line}'`);
    if (value.sign && number !== 0 && number !== 1)
      throw unreadable(source, `has neither 0 nor 1 in line ${index + 2}: '${line}'`);
    return {
      zone: cell("zone") ?? zoneFromName(source.name),
      atMs,
      capacity: value.sign ? toCapacity(number, value.sign) : number,
      usdPerHour,
    };
  });
  return fromObservations(rows, source, value.sign ? "probe" : "count");
}

const unreadable = ({ name }: TraceSource, why: string) =>
  new RunctlError("USAGE", `${name} ${why}`, {
    hint: "runctl cost simulate --help has the formats",
  });

function valueColumn(
  columns: readonly string[],
  source: TraceSource,
): { column: number; sign: Sign | undefined } {
  for (const sign of ["available", "preempted"] as const)
    if (columns.includes(sign)) return { column: columns.indexOf(sign), sign };
  if (columns.includes("capacity")) return { column: columns.indexOf("capacity"), sign: undefined };
  if (columns.includes("value"))
    return { column: columns.indexOf("value"), sign: requireSign(source) };
  throw unreadable(source, "has none of the columns available, preempted, capacity");
}

function readTime(text: string): number {
  return /^-?\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * 1000) : Date.parse(text);
}

function fromObservations(
  rows: readonly Observation[],
  source: TraceSource,
  kind: SpotTrace["kind"],
): SpotTrace {
  const times = rows.map(({ atMs }) => atMs).toSorted((a, b) => a - b);
  const gaps = times.map((atMs, index) => atMs - (times[index - 1] ?? atMs));
  const shortest = Math.min(...gaps.filter((gap) => gap > 0));
  const tickMs = source.tickSeconds ? source.tickSeconds * 1000 : shortest;
  if (!Number.isFinite(tickMs)) throw unreadable(source, "has less than two points in time");
  const startMs = times[0] ?? 0;
  const endMs = (times.at(-1) ?? 0) + tickMs;
  const zones = [...Map.groupBy(rows, ({ zone }) => zone)].map(([zone, all]) => {
    const sorted = all.toSorted((a, b) => a.atMs - b.atMs);
    const held = sorted.map((row, index) => {
      // What was before a zone's first row is taken to be like it.
      const from = index === 0 ? startMs : row.atMs;
      return [row, (sorted[index + 1]?.atMs ?? endMs) - from] as const;
    });
    const prices = held.flatMap(([{ usdPerHour }, ms]) =>
      usdPerHour === undefined ? [] : [[usdPerHour, ms] as const],
    );
    return zoneFromRuns(
      zone,
      held.map(([{ capacity }, ms]) => [capacity, ms] as const),
      prices.length === held.length ? pricesFromRuns(prices) : undefined,
    );
  });
  return {
    zones,
    lengthMs: endMs - startMs,
    tickMs,
    kind,
    onDemandUsdPerHour: undefined,
    origin: source.name,
  };
}
