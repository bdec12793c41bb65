import type { BreakEvenCurves } from "../../../simulation/break-even-curve.ts";
import { type LowerBound, omniscientBound } from "../../../simulation/omniscient.ts";
import {
  type Experiment,
  homesOf,
  marketOfReplica,
  setupOf,
  startOf,
} from "../../../simulation/experiment.ts";
import type { Sensitivity } from "../../../simulation/sensitivity.ts";
import type { CaseSummary, Summary } from "../../../simulation/summarize.ts";
import type { BuiltExperiment } from "./build-experiment.ts";
import type { FleetOutput } from "./fleet-output.ts";
import type { Assumed } from "./simulate-input.ts";

/** What `cost simulate --output json` prints. Money is US dollars of one job, all its machines together. */
export interface SimulationOutput {
  jobs: number;
  histories: number;
  /** Pieces of the market that are as good as independent: what the intervals rest on. */
  effectiveSamples: number;
  seed: number;
  zones: readonly string[];
  assumptions: readonly Assumed[];
  /** Undefined members of a case are null. */
  cases: CaseSummary[];
  /** Nobody can keep the deadline for less who follows capacity; null without a deadline. */
  lowerBound: (LowerBound & { jobs: number }) | null;
  sensitivity: Sensitivity[] | null;
  /** Null where it was not asked for, there is one case only, or capacity never goes away. */
  breakEven: BreakEvenCurves | null;
  /** Many such jobs that want the same instances; null where none was asked for. */
  fleet: FleetOutput | null;
  report: string | null;
}

/** Jobs of which the bound is taken: each costs as much as hundreds of simulated ones. */
const boundedJobs = 60;

export function simulationOutput(
  { experiment, zones, assumed }: BuiltExperiment,
  summary: Summary,
  rest: Pick<SimulationOutput, "sensitivity" | "breakEven" | "fleet" | "report">,
): SimulationOutput {
  return {
    jobs: experiment.replicas * experiment.jobs,
    histories: experiment.replicas,
    effectiveSamples: summary.effectiveSamples,
    seed: experiment.seed,
    zones,
    assumptions: assumed,
    cases: summary.cases,
    lowerBound: lowerBound(experiment),
    ...rest,
  };
}

/** Of the first case's way to bring the data, over some of its jobs. */
function lowerBound(experiment: Experiment): SimulationOutput["lowerBound"] {
  const [first] = experiment.cases;
  if (!first || experiment.job.deadlineMs === Infinity) return null;
  const prepared = marketOfReplica(experiment, 0);
  const jobs = Math.min(experiment.jobs, boundedJobs);
  const bounds = Array.from({ length: jobs }, (_, job) => {
    const homes = homesOf(experiment, 0, job, prepared.market.zones.length);
    const startMs = startOf(experiment, 0, job, prepared.startsBeforeMs);
    return omniscientBound(setupOf(experiment, first, prepared, homes), startMs);
  });
  const mean = (of: (bound: LowerBound) => number) =>
    bounds.reduce((sum, bound) => sum + of(bound), 0) / jobs;
  return {
    jobs,
    costUsd: mean((bound) => bound.costUsd),
    onDemandHours: mean((bound) => bound.onDemandHours),
    spotHours: mean((bound) => bound.spotHours),
  };
}
