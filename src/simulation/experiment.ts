import {
  ageDependent,
  type Checkpointing,
  dalyIntervalMs,
  fixedInterval,
  lossless,
  noticeOnly,
  youngIntervalMs,
} from "./checkpointing.ts";
import type { DataPath, Job, PlatformRules, Setup, Strategy } from "./job.ts";
import { bootstrapTrace } from "./bootstrap-trace.ts";
import { heldZones } from "./held-zones.ts";
import { type Market, type MarketTerms, prepareMarket, repeatTrace } from "./market.ts";
import { derivedSeed, uniform } from "./random.ts";
import { type ResidualLife, residualLife } from "./residual-life.ts";
import { hastened, hourMs, type SpotTrace } from "./spot-trace.ts";
import { type SyntheticRegion, synthesize } from "./synthetic-trace.ts";

/** A comparison of cases on the same markets, starts and random numbers. Plain data: workers get a copy. */
export interface Experiment {
  source: MarketSource;
  /** How many times as fast capacity and prices change as they do in the source; 1 if left out. */
  pace?: number;
  terms: MarketTerms;
  job: Job;
  rules: PlatformRules;
  cases: readonly Case[];
  /** Indices of zones that hold the data, in the order in which they get a copy; `random`: another order for each job. */
  homes: readonly number[] | "random";
  /** Histories of the market; the measured trace has one. */
  replicas: number;
  /** Jobs in each history, at random starts. */
  jobs: number;
  /** A start that is not drawn: ms since the trace's start. */
  startMs: number | undefined;
  seed: number;
}

export type MarketSource =
  /** As it was measured; again from the start for jobs that outlast it. */
  | { kind: "trace"; trace: SpotTrace }
  /** Each history of blocks of it. */
  | { kind: "blocks"; trace: SpotTrace; blockMs: number; lengthMs: number }
  | { kind: "synthetic"; region: SyntheticRegion; lengthMs: number };

/** One thing that is compared. */
export interface Case {
  name: string;
  path: DataPath;
  strategy: Strategy;
  checkpoints: CheckpointPolicy;
}

export type CheckpointPolicy =
  | { kind: "lossless" }
  | { kind: "fixed"; intervalMs: number; stallMs: number }
  /** From the mean life of capacity in this market. */
  | { kind: "young" | "daly"; stallMs: number }
  /** From the hazard at the instance's age. */
  | { kind: "age-dependent"; stallMs: number }
  /** Only when an interruption is announced. */
  | { kind: "on-notice"; stallMs: number };

/** One history with what is derived from it. */
export interface PreparedMarket {
  market: Market;
  residualLife: ResidualLife;
  /** Starts are drawn from the beginning up to here. */
  startsBeforeMs: number;
}

/** The trace of one replica, at least so long. */
export function traceOfReplica(
  experiment: Experiment,
  replica: number,
  lengthMs: number,
): SpotTrace {
  return traceOf(experiment, derivedSeed(experiment.seed, replica), lengthMs);
}

/** The history of one replica. */
export function marketOfReplica(experiment: Experiment, replica: number): PreparedMarket {
  const { source, terms, rules, job, pace = 1 } = experiment;
  const seed = derivedSeed(experiment.seed, replica);
  // A job whose deadline is kept needs no more; one without may wait to the horizon.
  const reachMs = Math.min(
    rules.horizonMs,
    job.deadlineMs === Infinity ? Infinity : 2 * job.deadlineMs,
  );
  const trace = traceOf(experiment, seed, reachMs);
  const market = prepareMarket(trace, terms);
  const startsBeforeMs =
    source.kind === "trace" ? startsWithin(source.trace.lengthMs, job) : source.lengthMs;
  // At any pace a job starts at the same point of the source.
  return {
    market,
    residualLife: residualLife(market),
    startsBeforeMs: startsBeforeMs / pace,
  };
}

function traceOf({ source, pace = 1 }: Experiment, seed: number, reachMs: number): SpotTrace {
  const trace = historyOf(source, seed, reachMs * pace);
  return pace === 1 ? trace : hastened(trace, pace);
}

function historyOf(source: MarketSource, seed: number, reachMs: number): SpotTrace {
  if (source.kind === "trace") return repeatTrace(source.trace, source.trace.lengthMs + reachMs);
  const lengthMs = source.lengthMs + reachMs;
  return source.kind === "blocks"
    ? bootstrapTrace(source.trace, lengthMs, source.blockMs, seed)
    : synthesize(source.region, lengthMs, seed);
}

/** Of a measured trace, starts from which a job sees its deadline before the trace ends, if there are any. */
function startsWithin(lengthMs: number, { deadlineMs }: Job): number {
  return deadlineMs < lengthMs ? lengthMs - deadlineMs : lengthMs;
}

/** When the n-th job of a replica starts: the same for every case. */
export function startOf(
  experiment: Experiment,
  replica: number,
  job: number,
  beforeMs: number,
): number {
  const { startMs, pace = 1 } = experiment;
  if (startMs !== undefined) return Math.round(startMs / pace);
  const seed = derivedSeed(experiment.seed, replica);
  return Math.floor(uniform(seed, 0x5747, job) * beforeMs);
}

/** Where the n-th job gets the first copies of its data. */
export function homesOf(
  { homes, seed }: Experiment,
  replica: number,
  job: number,
  zones: number,
): readonly number[] {
  if (homes !== "random") return homes;
  return [Math.floor(uniform(derivedSeed(seed, replica), 0x484f, job) * zones)];
}

export function setupOf(
  experiment: Experiment,
  { path, strategy, checkpoints }: Case,
  { market, residualLife: life }: PreparedMarket,
  homes: readonly number[],
): Setup {
  const { job, rules } = experiment;
  const loadMs = rules.launchMs + path.coldMs;
  const checkpointing = makeCheckpointing(checkpoints, {
    meanLifeMs: meanLifeOf(market),
    loadMs,
    workMs: job.workMs / path.speed,
    noticeSuccess: rules.noticeMs > 0 ? rules.noticeSuccess : 0,
    noticeMs: rules.noticeMs,
  });
  const { onDemandAvailability = 1 } = rules;
  return {
    market,
    held: heldZones(homes, path.copies, market.zones.length),
    job,
    path,
    checkpointing,
    strategy,
    rules,
    residualLife: life,
    ...(onDemandAvailability < 1
      ? { hasOnDemand: (slot) => uniform(experiment.seed, 0x4f44, slot) < onDemandAvailability }
      : {}),
  };
}

interface CheckpointInput {
  meanLifeMs: number;
  loadMs: number;
  workMs: number;
  noticeSuccess: number;
  noticeMs: number;
}

/** @param input what the policy may know of the market and the job */
function makeCheckpointing(policy: CheckpointPolicy, input: CheckpointInput): Checkpointing {
  const checkpointing = scheduleOf(policy, input);
  // Where every notice is in time no deadline needs a reserve for work that may be lost.
  return input.noticeSuccess < 1 ? checkpointing : { ...checkpointing, atRiskMs: input.noticeMs };
}

function scheduleOf(policy: CheckpointPolicy, input: CheckpointInput): Checkpointing {
  const { meanLifeMs, loadMs, workMs, noticeSuccess } = input;
  // Only interruptions whose notice fails lose work.
  const meanLossMs = meanLifeMs / Math.max(1 - noticeSuccess, 0.001);
  const every = (intervalMs: number, stallMs: number) =>
    fixedInterval(Math.max(1, Math.min(Math.round(intervalMs), Math.ceil(workMs))), stallMs);
  switch (policy.kind) {
    case "lossless":
      return lossless;
    case "fixed":
      return every(policy.intervalMs, policy.stallMs);
    case "young":
      return every(youngIntervalMs(policy.stallMs, meanLossMs), policy.stallMs);
    case "daly":
      return every(dalyIntervalMs(policy.stallMs, meanLossMs), policy.stallMs);
    case "age-dependent":
      return ageDependent(policy.stallMs, loadMs, 2 * workMs);
    case "on-notice":
      return noticeOnly(policy.stallMs, Math.ceil(workMs));
    default:
      return policy satisfies never;
  }
}

/** Mean life of capacity over all zones. */
function meanLifeOf({ zones, lengthMs }: Market): number {
  let upMs = 0;
  let ended = 0;
  for (const zone of zones) {
    for (const [at, from] of zone.upMs.entries()) upMs += zone.downMs[at]! - from;
    ended += zone.downMs.filter((at) => at < lengthMs).length;
  }
  return upMs / Math.max(1, ended) || hourMs;
}
