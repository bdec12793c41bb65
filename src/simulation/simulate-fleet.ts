import { meanOf, quantile } from "./block-bootstrap.ts";
import { contend, type Fleet } from "./contend.ts";
import { type Experiment, traceOfReplica } from "./experiment.ts";
import { meanSpotUsdPerHour, prepareMarket } from "./market.ts";
import { derivedSeed, uniform } from "./random.ts";
import { hourMs } from "./spot-trace.ts";

/** Many jobs like the experiment's, which want the same instances. */
export interface FleetSpec {
  jobs: number;
  /** Instances for each one that the trace counts. */
  depth: number;
  quota: number;
  /** They arrive at random within this time; 0: all at once. */
  arrivalsMs: number;
}

export interface FleetSummary {
  doneShare: number;
  lateShare: number;
  costUsd: { mean: number; p90: number };
  /** Of those that are done. */
  makespanHours: { mean: number; p90: number };
  preemptions: number;
  onDemandShare: number;
}

/** One history; a month, or as long as the last deadline takes. */
export function simulateFleet(experiment: Experiment, spec: FleetSpec): FleetSummary {
  const { job, rules, terms, cases, seed } = experiment;
  const path = cases[0]!.path;
  const horizonMs = Math.max(
    30 * 24 * hourMs,
    spec.arrivalsMs + Math.min(2 * job.deadlineMs, 1e12),
  );
  const trace = traceOfReplica(experiment, 0, Math.min(horizonMs, 365 * 24 * hourMs));
  const arrivalMs = Float64Array.from({ length: spec.jobs }, (_, n) =>
    Math.floor(uniform(derivedSeed(seed, 0x466c), n, 0) * spec.arrivalsMs),
  );
  const fleet: Fleet = {
    arrivalMs,
    workMs: new Float64Array(spec.jobs).fill(Math.round(job.workMs / path.speed)),
    deadlineMs: arrivalMs.map((at) => at + job.deadlineMs),
    gang: new Int32Array(spec.jobs).fill(job.gang),
    priority: new Int32Array(spec.jobs),
  };
  const outcome = contend(fleet, {
    zones: trace.zones,
    depth: spec.depth,
    quota: spec.quota,
    changeoverMs: rules.launchMs + path.coldMs,
    spotUsdPerHour: meanSpotUsdPerHour(prepareMarket(trace, terms)),
    onDemandUsdPerHour: terms.onDemandUsdPerHour,
    firstHourFree: rules.firstHourFree,
    horizonMs: trace.lengthMs,
    seed,
  });
  const makespans = outcome.doneMs
    .map((at, n) => (at - arrivalMs[n]!) / hourMs)
    .filter(Number.isFinite);
  const late = outcome.doneMs.filter((at, n) => at > fleet.deadlineMs[n]!).length;
  const worked = makespans.length * (job.workMs / hourMs);
  return {
    doneShare: makespans.length / spec.jobs,
    lateShare: late / spec.jobs,
    costUsd: spreadOf(outcome.costUsd),
    makespanHours: spreadOf(makespans),
    preemptions: meanOf(Float64Array.from(outcome.preemptions)),
    onDemandShare: (meanOf(outcome.onDemandMs) * spec.jobs) / hourMs / Math.max(1, worked),
  };
}

const spreadOf = (values: Float64Array) => ({
  mean: values.length > 0 ? meanOf(values) : 0,
  p90: values.length > 0 ? quantile(values.toSorted(), 0.9) : 0,
});
