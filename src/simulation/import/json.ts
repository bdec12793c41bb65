import * as z from "zod/mini";
import { RunctlError } from "../../errors.ts";
import type { TraceSource } from "../trace-source.ts";
import { pricesFromRuns, type SpotTrace, zoneFromRuns, type ZoneTrace } from "../spot-trace.ts";
import { requireSign, toCapacity, zoneFromName } from "./read-sign.ts";

const wholeNumbers = z.array(z.number().check(z.int(), z.nonnegative()));
const numbers = z.array(z.number().check(z.nonnegative()));

const runLengthZone = z.object({
  /** Of a binary zone: the first value; runs alternate from it. */
  first: z.optional(z.union([z.literal(0), z.literal(1)])),
  /** Of a zone with counts: the value of each run. */
  values: z.optional(wholeNumbers),
  runs: wholeNumbers,
  price_values: z.optional(numbers),
  price_runs: z.optional(wholeNumbers),
});

const runLengthFile = z.object({
  meta: z.object({
    gap_seconds: z.number().check(z.positive()),
    source: z.optional(z.string()),
    instance: z.optional(z.string()),
    on_demand_usd_h: z.optional(z.number()),
  }),
  zones: z.record(z.string(), runLengthZone),
});

const tickFile = z.object({
  metadata: z.optional(z.object({ gap_seconds: z.optional(z.number().check(z.positive())) })),
  data: wholeNumbers,
});

/** Run-length JSON, in which 1 is "available" unless the user says otherwise, or one zone's ticks, which need a sign. */
export function parseJsonTrace(source: TraceSource): SpotTrace {
  const content = parse(source);
  const runLength = runLengthFile.safeParse(content);
  if (runLength.success) return fromRunLengths(runLength.data, source);
  const ticks = tickFile.safeParse(content);
  if (ticks.success) return fromTicks(ticks.data, source);
  const [issue] = hasZones(content) ? runLength.error.issues : ticks.error.issues;
  const where = issue ? ` (${issue.path.join(".")}: ${issue.message})` : "";
  throw new RunctlError("USAGE", `${source.name} is no trace that runctl reads${where}`, {
    hint: "runctl cost simulate --help has the formats",
  });
}

const hasZones = (content: unknown) =>
  typeof content === "object" && content !== null && "zones" in content;

function parse({ name, text }: TraceSource): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RunctlError("USAGE", `${name} is not JSON: ${why}`, { cause: error });
  }
}

function fromRunLengths(file: z.infer<typeof runLengthFile>, source: TraceSource): SpotTrace {
  const tickMs = (source.tickSeconds ?? file.meta.gap_seconds) * 1000;
  const sign = source.sign ?? "available";
  const zones = Object.entries(file.zones).map(([zone, one]): ZoneTrace => {
    const { first, values, runs, price_values: prices, price_runs: priceRuns } = one;
    if (values && values.length !== runs.length)
      throw new RunctlError("USAGE", `${source.name}: ${zone} has not one value for each run`);
    const capacityOf = (at: number) =>
      values ? (values[at] ?? 0) : toCapacity(((first ?? 0) + at) % 2, sign);
    return zoneFromRuns(
      zone,
      runs.map((ticks, at) => [capacityOf(at), ticks * tickMs] as const),
      prices && priceRuns
        ? pricesFromRuns(prices.map((price, at) => [price, (priceRuns[at] ?? 0) * tickMs] as const))
        : undefined,
    );
  });
  const lengths = Object.values(file.zones).map(({ runs }) => runs.reduce((sum, n) => sum + n, 0));
  return {
    zones,
    lengthMs: Math.min(...lengths) * tickMs,
    tickMs,
    kind: Object.values(file.zones).some(({ values }) => values) ? "count" : "probe",
    onDemandUsdPerHour: file.meta.on_demand_usd_h,
    origin: [source.name, file.meta.instance, file.meta.source].filter(Boolean).join(", "),
  };
}

function fromTicks(file: z.infer<typeof tickFile>, source: TraceSource): SpotTrace {
  const gap = source.tickSeconds ?? file.metadata?.gap_seconds;
  if (gap === undefined)
    throw new RunctlError("USAGE", `${source.name} does not say how far apart its ticks are`, {
      hint: "give --tick, such as --tick 195s",
    });
  const tickMs = gap * 1000;
  const isCount = file.data.some((value) => value > 1);
  const capacities = isCount
    ? file.data
    : file.data.map((value) => toCapacity(value, requireSign(source)));
  return {
    zones: [
      zoneFromRuns(
        zoneFromName(source.name),
        capacities.map((capacity) => [capacity, tickMs] as const),
      ),
    ],
    lengthMs: file.data.length * tickMs,
    tickMs,
    kind: isCount ? "count" : "probe",
    onDemandUsdPerHour: undefined,
    origin: source.name,
  };
}
