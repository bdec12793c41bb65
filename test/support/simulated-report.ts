import { v100Pools } from "../../src/facts/spot-pools.ts";
import type { Report } from "../../src/report/report-page.ts";
import { breakEvenCurves } from "../../src/simulation/break-even-curve.ts";
import type { Case, Experiment } from "../../src/simulation/experiment.ts";
import { column, runExperiment } from "../../src/simulation/run-experiment.ts";
import { sampleRuns } from "../../src/simulation/sample-runs.ts";
import { dayMs, hourMs } from "../../src/simulation/spot-trace.ts";
import { summarize } from "../../src/simulation/summarize.ts";
import { calibrateRegion } from "../../src/simulation/synthetic-trace.ts";
import { pathOf, plainRules } from "./simulation-setup.ts";

/** A small simulation with everything that the page can show. */
export async function simulatedReport(): Promise<Report> {
  const paths = [
    pathOf(0.5, { name: "copy <from> S3" }),
    pathOf(0.1, { name: "volume", zones: "held", cache: "held", fixedUsdPerHour: 0.03 }),
  ];
  const cases = paths.map((path): Case => ({
    name: path.name,
    path,
    strategy: { deadline: "uniform-progress", placement: "same-zone" },
    checkpoints: { kind: "fixed", intervalMs: hourMs, stallMs: 60_000 },
  }));
  const experiment: Experiment = {
    source: { kind: "synthetic", region: calibrateRegion(v100Pools[0]!), lengthMs: 10 * dayMs },
    terms: { gang: 1, onDemandUsdPerHour: 3, spotUsdPerHour: 1 },
    job: { workMs: 24 * hourMs, deadlineMs: 34 * hourMs, gang: 1 },
    rules: { ...plainRules, noticeMs: 120_000, noticeSuccess: 0.5 },
    cases,
    homes: "random",
    replicas: 10,
    jobs: 10,
    startMs: undefined,
    seed: 2,
  };
  const results = await runExperiment(experiment);
  const summary = summarize(experiment, results);
  return {
    seed: experiment.seed,
    cases: summary.cases,
    jobs: results.jobsPerCase,
    effectiveSamples: summary.effectiveSamples,
    zones: v100Pools[0]!.zones.map(({ zone }) => zone),
    assumptions: [{ what: "spot", value: "1 USD/h", origin: "a test & nothing else" }],
    samples: sampleRuns(experiment, 2),
    deadlineMs: experiment.job.deadlineMs,
    costs: cases.map(({ name }, at) => ({ name, usd: column(results, at, "costUsd").toSorted() })),
    makespans: cases.map(({ name }, at) => ({
      name,
      hours: column(results, at, "makespanMs")
        .toSorted()
        .map((ms) => ms / hourMs),
    })),
    breakEven: await breakEvenCurves(experiment, results),
  };
}
