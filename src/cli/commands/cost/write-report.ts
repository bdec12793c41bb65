import { writeFile } from "node:fs/promises";
import { RunctlError } from "../../../errors.ts";
import { reportPage } from "../../../report/report-page.ts";
import { breakEvenCurves } from "../../../simulation/break-even-curve.ts";
import { type Experiment, marketOfReplica } from "../../../simulation/experiment.ts";
import { meanSpotUsdPerHour } from "../../../simulation/market.ts";
import { column, type Results } from "../../../simulation/run-experiment.ts";
import { sampleRuns } from "../../../simulation/sample-runs.ts";
import { hourMs } from "../../../simulation/spot-trace.ts";
import type { Summary } from "../../../simulation/summarize.ts";
import type { BuiltExperiment } from "./build-experiment.ts";

/** Jobs that are drawn, in every case. */
const drawnJobs = 3;
/** The curves of restarts go at least so far. */
const leastRestarts = 60;

interface Simulated {
  built: BuiltExperiment;
  results: Results;
  summary: Summary;
}

/** @throws RunctlError OPERATION_FAILED where the file cannot be written */
export async function writeReport(path: string, simulated: Simulated): Promise<void> {
  try {
    await writeFile(path, page(simulated));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new RunctlError("OPERATION_FAILED", `cannot write the report ${path}: ${code}`, {
      cause: error,
    });
  }
}

function page({ built, results, summary }: Simulated): string {
  const { experiment, zones, assumed } = built;
  const sorted = (index: number, field: "costUsd" | "makespanMs", unit: number) =>
    column(results, index, field)
      .map((value) => value / unit)
      .toSorted();
  return reportPage({
    seed: experiment.seed,
    cases: summary.cases,
    jobs: results.jobsPerCase,
    effectiveSamples: summary.effectiveSamples,
    zones,
    assumptions: assumed,
    samples: sampleRuns(experiment, drawnJobs),
    deadlineMs: experiment.job.deadlineMs,
    costs: experiment.cases.map(({ name }, at) => ({ name, usd: sorted(at, "costUsd", 1) })),
    makespans: experiment.cases.map(({ name }, at) => ({
      name,
      hours: sorted(at, "makespanMs", hourMs),
    })),
    breakEven: breakEven(experiment, summary),
  });
}

/** Of the ways to bring the data, where there are several. */
function breakEven(experiment: Experiment, { cases }: Summary) {
  const paths = [...new Map(experiment.cases.map(({ path }) => [path.name, path])).values()];
  const { spotUsdPerHour } = experiment.terms;
  if (paths.length < 2) return undefined;
  const perMonth = cases.map(
    ({ preemptions, makespanHours }) => (preemptions / makespanHours.mean) * 730,
  );
  const restarts = Math.ceil(Math.max(leastRestarts, 2 * Math.max(...perMonth)));
  const usdPerHour = spotUsdPerHour ?? meanSpotUsdPerHour(marketOfReplica(experiment, 0).market);
  return breakEvenCurves(paths, { usdPerHour, rules: experiment.rules }, restarts);
}
