import { type Blocks, type Interval95, meanInterval, meanOf, quantile } from "./block-bootstrap.ts";
import { type Experiment, startOf } from "./experiment.ts";
import type { outcomeFields } from "./job.ts";
import { column, type Results } from "./run-experiment.ts";
import { dayMs, hourMs } from "./spot-trace.ts";

/** What one case came to. */
export interface CaseSummary {
  name: string;
  costUsd: Spread;
  makespanHours: Spread;
  missRate: number;
  /** Means of one job. */
  lostWorkHours: number;
  loadingHours: number;
  waitingHours: number;
  launches: number;
  preemptions: number;
  zoneMoves: number;
  /** Of the time on instances. */
  onDemandShare: number;
  /** Against the first case: the same jobs, starts and random numbers. Undefined for the first. */
  differenceUsd: Difference | undefined;
  differenceHours: Difference | undefined;
}

interface Spread {
  mean: number;
  interval: Interval95 | undefined;
  p50: number;
  p90: number;
  p99: number;
}

export interface Difference {
  mean: number;
  interval: Interval95 | undefined;
  /** The interval contains 0: nobody can tell the two apart. */
  isEqual: boolean;
}

export interface Summary {
  cases: CaseSummary[];
  /** Pieces of the market that are as good as independent; intervals rest on them, not on the number of jobs. */
  effectiveSamples: number;
}

export function summarize(experiment: Experiment, results: Results): Summary {
  const blocks = blocksOf(experiment, results);
  const of = (index: number, field: (typeof outcomeFields)[number]) =>
    column(results, index, field);
  const difference = (index: number, field: "costUsd" | "makespanMs", unit: number) => {
    if (index === 0) return undefined;
    const reference = of(0, field);
    const values = of(index, field).map((value, job) => (value - reference[job]!) / unit);
    const interval = meanInterval(values, blocks, experiment.seed);
    const isEqual = interval !== undefined && interval[0] <= 0 && interval[1] >= 0;
    return { mean: meanOf(values), interval, isEqual };
  };
  return {
    effectiveSamples: blocks.count,
    cases: experiment.cases.map(({ name }, index): CaseSummary => {
      const hours = (field: (typeof outcomeFields)[number]) => meanOf(of(index, field)) / hourMs;
      const ran = hours("billedMs") + hours("freeMs");
      return {
        name,
        costUsd: spreadOf(of(index, "costUsd"), blocks, experiment.seed),
        makespanHours: spreadOf(
          of(index, "makespanMs").map((ms) => ms / hourMs),
          blocks,
          experiment.seed,
        ),
        missRate: meanOf(of(index, "missed")),
        lostWorkHours: hours("lostWorkMs"),
        loadingHours: hours("loadingMs"),
        waitingHours: hours("waitingMs"),
        launches: meanOf(of(index, "launches")),
        preemptions: meanOf(of(index, "preemptions")),
        zoneMoves: meanOf(of(index, "zoneMoves")),
        onDemandShare: ran > 0 ? hours("onDemandMs") / ran : 0,
        differenceUsd: difference(index, "costUsd", 1),
        differenceHours: difference(index, "makespanMs", hourMs),
      };
    }),
  };
}

function spreadOf(values: Float64Array, blocks: Blocks, seed: number): Spread {
  const sorted = values.toSorted();
  return {
    mean: meanOf(values),
    interval: meanInterval(values, blocks, seed),
    p50: quantile(sorted, 0.5),
    p90: quantile(sorted, 0.9),
    p99: quantile(sorted, 0.99),
  };
}

/**
 * What of an experiment's jobs is independent. Each made-up history is a block of its own. A measured one is cut into blocks of start times that are as long as a
 * job, at least two days: jobs that start further apart have hardly seen the same capacity.
 */
export function blocksOf(experiment: Experiment, results: Results): Blocks {
  const { replicas, jobs, source } = experiment;
  if (source.kind !== "trace" || experiment.startMs !== undefined) {
    const blockOf = Int32Array.from({ length: replicas * jobs }, (_, job) =>
      Math.floor(job / jobs),
    );
    return { count: experiment.startMs === undefined ? replicas : 1, blockOf };
  }
  const { lengthMs } = source.trace;
  const longest = Math.max(
    ...experiment.cases.map((_, at) => meanOf(column(results, at, "makespanMs"))),
  );
  const beforeMs =
    experiment.job.deadlineMs < lengthMs ? lengthMs - experiment.job.deadlineMs : lengthMs;
  const { pace = 1 } = experiment;
  const count = Math.max(1, Math.floor(beforeMs / Math.max(longest * pace, 2 * dayMs)));
  const blockOf = Int32Array.from({ length: replicas * jobs }, (_, job) => {
    const startMs = startOf(experiment, Math.floor(job / jobs), job % jobs, beforeMs);
    return Math.min(count - 1, Math.floor((startMs / beforeMs) * count));
  });
  return occupied(blockOf);
}

/** Blocks in which no job started say nothing: they are left out. */
function occupied(blockOf: Int32Array): Blocks {
  const numbers = [...new Set(blockOf)].toSorted((a, b) => a - b);
  const numberOf = new Map(numbers.map((block, at) => [block, at]));
  return { count: numbers.length, blockOf: blockOf.map((block) => numberOf.get(block) ?? 0) };
}
