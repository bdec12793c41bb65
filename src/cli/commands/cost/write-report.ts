import { writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { RunctlError } from "../../../errors.ts";
import { reportPage } from "../../../report/report-page.ts";
import type { BreakEvenCurves } from "../../../simulation/break-even-curve.ts";
import { column, type Results } from "../../../simulation/run-experiment.ts";
import { sampleRuns } from "../../../simulation/sample-runs.ts";
import { hourMs } from "../../../simulation/spot-trace.ts";
import type { Summary } from "../../../simulation/summarize.ts";
import type { BuiltExperiment } from "./build-experiment.ts";

/** Jobs that are drawn, in every case. */
const drawnJobs = 3;

interface Simulated {
  built: BuiltExperiment;
  results: Results;
  summary: Summary;
  breakEven: BreakEvenCurves | null;
}

/** @throws RunctlError OPERATION_FAILED where the file cannot be written */
export async function writeReport(path: string, simulated: Simulated): Promise<void> {
  try {
    await writeFile(path, page(simulated));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new RunctlError("OPERATION_FAILED", `cannot write the report ${path}: ${code}`, {
      ...(code === "ENOENT" ? { hint: `make its directory: mkdir -p ${dirname(path)}` } : {}),
      cause: error,
    });
  }
}

function page({ built, results, summary, breakEven }: Simulated): string {
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
    breakEven: breakEven ?? undefined,
  });
}
