import { meanOf, quantile } from "./block-bootstrap.ts";
import { contend } from "./contend.ts";
import { type Experiment, traceOfReplica } from "./experiment.ts";
import type { Fleet, FleetOutcome, FleetPolicyName, PoolLoad } from "./fleet.ts";
import { heldZones } from "./held-zones.ts";
import type { DataPath, PlatformRules } from "./job.ts";
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
  policy: FleetPolicyName;
  /** Whether what a region makes of volumes at once bounds the loads. */
  hasRestoreLimit: boolean;
}

export interface FleetSummary {
  doneShare: number;
  lateShare: number;
  /** Instances, loads and volumes. */
  costUsd: { mean: number; p90: number };
  /** Of those that are done. */
  makespanHours: { mean: number; p90: number };
  preemptions: number;
  /** Of the time on instances. */
  onDemandShare: number;
  /** Hours that instances of one job wait for volumes which the region does not make yet. */
  restoreWaitHours: number;
}

/** One history of the first case; a month, or as long as the last deadline takes. */
export function simulateFleet(experiment: Experiment, spec: FleetSpec): FleetSummary {
  const { job, rules, terms, cases, homes, seed } = experiment;
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
  const held = heldZones(homes === "random" ? [] : homes, path.copies, trace.zones.length);
  const isBound = path.zones === "held";
  const outcome = contend(fleet, {
    zones: isBound ? held.map((zone) => trace.zones[zone]!) : trace.zones,
    depth: spec.depth,
    quota: spec.quota,
    policy: spec.policy,
    load: {
      ...loadOf(path, rules, spec.hasRestoreLimit),
      held: isBound ? [...held.keys()] : held,
    },
    spotUsdPerHour: meanSpotUsdPerHour(prepareMarket(trace, terms)),
    onDemandUsdPerHour: terms.onDemandUsdPerHour,
    firstHourFree: rules.firstHourFree,
    horizonMs: trace.lengthMs,
    seed,
  });
  return summaryOf(fleet, outcome, path, trace.lengthMs);
}

function loadOf(
  { warmMs, coldMs, cache, restore }: DataPath,
  { launchMs }: PlatformRules,
  hasRestoreLimit: boolean,
): Omit<PoolLoad, "held"> {
  return {
    warmMs: launchMs + warmMs,
    coldMs: launchMs + coldMs,
    cache,
    restore:
      hasRestoreLimit && restore
        ? { atOnce: restore.atOnce, holdMs: restore.ms, bootMs: launchMs + restore.afterMs }
        : undefined,
  };
}

function summaryOf(
  { arrivalMs, deadlineMs }: Fleet,
  outcome: FleetOutcome,
  { feePerLoadUsd, fixedUsdPerHour }: DataPath,
  horizonMs: number,
): FleetSummary {
  const { doneMs, costUsd, coldLaunches, ranMs, onDemandMs, restoreWaitMs } = outcome;
  const jobs = arrivalMs.length;
  const lastsHours = doneMs.map((at, n) => (Math.min(at, horizonMs) - arrivalMs[n]!) / hourMs);
  const makespans = lastsHours.filter((_, n) => doneMs[n]! < Infinity);
  const late = doneMs.filter((at, n) => at > deadlineMs[n]!).length;
  return {
    doneShare: makespans.length / jobs,
    lateShare: late / jobs,
    costUsd: spreadOf(
      costUsd.map(
        (usd, n) => usd + coldLaunches[n]! * feePerLoadUsd + lastsHours[n]! * fixedUsdPerHour,
      ),
    ),
    makespanHours: spreadOf(makespans),
    preemptions: meanOf(Float64Array.from(outcome.preemptions)),
    onDemandShare: meanOf(onDemandMs) / Math.max(1, meanOf(ranMs)),
    restoreWaitHours: meanOf(restoreWaitMs) / hourMs,
  };
}

const spreadOf = (values: Float64Array) => ({
  mean: values.length > 0 ? meanOf(values) : 0,
  p90: values.length > 0 ? quantile(values.toSorted(), 0.9) : 0,
});
