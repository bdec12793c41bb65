import assert from "node:assert/strict";
import { test } from "node:test";
import { v100Trace } from "../../test/support/spot-traces.ts";
import { pathOf, plainRules } from "../../test/support/simulation-setup.ts";
import { v100Pools } from "../facts/spot-pools.ts";
import { bootstrapTrace } from "./bootstrap-trace.ts";
import type { Case, Experiment } from "./experiment.ts";
import type { DataPath } from "./job.ts";
import { runExperiment } from "./run-experiment.ts";
import { sampleRuns } from "./sample-runs.ts";
import { dayMs, hourMs, regionOf, type SpotTrace, zoneFromRuns } from "./spot-trace.ts";
import { summarize } from "./summarize.ts";
import { calibrateRegion, synthesize } from "./synthetic-trace.ts";
import { lockInStatistics, regionAvailability, zoneStatistics } from "./trace-statistics.ts";

const isFull = process.env["RUNCTL_TEST_FULL"] === "1";

const caseOf = (name: string, path: DataPath, more: Partial<Case["strategy"]> = {}): Case => ({
  name,
  path,
  strategy: { deadline: "uniform-progress", placement: "same-zone", ...more },
  checkpoints: { kind: "lossless" },
});

const experimentOf = (
  source: Experiment["source"],
  cases: Case[],
  more: Partial<Experiment> = {},
): Experiment => ({
  source,
  terms: { gang: 1, onDemandUsdPerHour: 3.06, spotUsdPerHour: 0.92 },
  job: { workMs: 48 * hourMs, deadlineMs: 60 * hourMs, gang: 1 },
  rules: plainRules,
  cases,
  homes: "random",
  replicas: 8,
  jobs: 10,
  startMs: undefined,
  seed: 5,
  ...more,
});

const madeUp = {
  kind: "synthetic",
  region: calibrateRegion(v100Pools[0]!),
  lengthMs: 10 * dayMs,
} as const;

test("the same experiment has the same result bit by bit, on one thread and on three", async () => {
  const cases = [caseOf("follow", pathOf(0.15)), caseOf("bound", pathOf(0.1, { zones: "held" }))];
  const noisy = cases.map((one): Case => ({
    ...one,
    checkpoints: { kind: "age-dependent", stallMs: 60_000 },
  }));
  const rules = { ...plainRules, noticeMs: 120_000, noticeSuccess: 0.5 };
  const experiment = experimentOf(madeUp, noisy, { rules });
  const [one, three, other] = await Promise.all([
    runExperiment(experiment),
    runExperiment(experiment, { workers: 3 }),
    runExperiment({ ...experiment, seed: 6 }),
  ]);
  assert.deepEqual(Buffer.from(one.rows.buffer), Buffer.from(three.rows.buffer));
  assert.notDeepEqual(Buffer.from(one.rows.buffer), Buffer.from(other.rows.buffer));
});

test("a summary has intervals that contain the mean, differences against the first case, and equal where nobody can tell", async () => {
  const cases = [
    caseOf("a", pathOf(0.15)),
    caseOf("the same", pathOf(0.15)),
    caseOf("bound", pathOf(0.15, { zones: "held" })),
  ];
  const experiment = experimentOf(madeUp, cases, { replicas: 30 });
  const { cases: found, effectiveSamples } = summarize(experiment, await runExperiment(experiment));
  assert.equal(effectiveSamples, 30);
  for (const { costUsd } of found) {
    const [low, high] = costUsd.interval!;
    assert.ok(low < costUsd.mean && costUsd.mean < high);
    assert.ok(costUsd.p50 <= costUsd.p90 && costUsd.p90 <= costUsd.p99);
  }
  assert.equal(found[0]!.differenceUsd, undefined);
  assert.deepEqual(found[1]!.differenceUsd, { mean: 0, interval: [0, 0], isEqual: true });
  assert.equal(found[2]!.differenceUsd!.isEqual, false);
  assert.ok(found[2]!.differenceUsd!.mean > 0);
});

test("a sample run is the job of the experiment, drawn piece by piece", async () => {
  const experiment = experimentOf(madeUp, [caseOf("a", pathOf(0.15))]);
  const { rows } = await runExperiment(experiment);
  const [first] = sampleRuns(experiment, 1);
  assert.equal(first!.outcome.costUsd, rows[0]);
  assert.ok(first!.timeline.some(({ kind }) => kind === "training"));
});

test("made-up regions have the published availability, losses and neighbours", () => {
  for (const pool of v100Pools) {
    const trace = synthesize(calibrateRegion(pool), (isFull ? 20_000 : 4_000) * dayMs, 3);
    const near = (found: number, published: number, within: number, what: string) =>
      assert.ok(
        Math.abs(found - published) <= within,
        `${pool.region}, ${what}: ${found}, not ${published}`,
      );
    for (const [at, zone] of zoneStatistics(trace).entries()) {
      const published = pool.zones[at]!;
      near(zone.availability, published.availability, 0.02, zone.zone);
      near(zone.preemptionsPer30Days / published.preemptionsPer30Days, 1, 0.05, zone.zone);
    }
    const lockIn = lockInStatistics(trace);
    near(regionAvailability(trace, pool.region), pool.availability.anyZone, 0.02, "any zone");
    near(lockIn.otherUpAtPreemption, pool.otherUpAtPreemption, 0.03, "other up");
    // Not fitted: what comes out by itself, and how far off the time to follow is.
    near(lockIn.otherUpWhileDown, pool.otherUpWhileDown, 0.03, "other up while down");
    near(lockIn.meanWaitHours.locked / pool.meanWaitHours.locked, 1, 0.1, "wait, locked");
    assert.ok(lockIn.meanWaitHours.follow >= pool.meanWaitHours.follow, "too optimistic");
    assert.ok(lockIn.meanWaitHours.follow <= 2.2 * pool.meanWaitHours.follow, "too pessimistic");
  }
});

/** The same pattern on each of thirty days. */
const daily = (pattern: number[]) =>
  Array.from({ length: 30 }, () => pattern.map((c) => [c, dayMs / pattern.length] as const)).flat();

test("histories of drawn blocks keep capacity and what happens together", () => {
  const trace: SpotTrace = {
    zones: [
      zoneFromRuns("us-east-1a", daily([1, 0, 1, 1])),
      zoneFromRuns("us-east-1b", daily([0, 1, 0, 0])),
    ],
    lengthMs: 30 * dayMs,
    tickMs: hourMs,
    kind: "probe",
    onDemandUsdPerHour: undefined,
    origin: "made up",
  };
  const drawn = bootstrapTrace(trace, 100 * dayMs, dayMs, 4);
  assert.equal(drawn.lengthMs, 100 * dayMs);
  const [a, b] = zoneStatistics(drawn);
  assert.ok(Math.abs(a!.availability - 0.75) < 0.03);
  assert.ok(Math.abs(a!.availability + b!.availability - 1) < 1e-9);
  assert.equal(regionAvailability(drawn, "us-east-1"), 1);
});

/** Mean USD of a 48 h job with 60 h on the V100 trace, of 600 starts: a replay that was made and published before. */
const published: ReadonlyArray<readonly [string, Partial<Record<string, number>>]> = [
  [
    "us-east-1",
    { follow: 87.0, bound: 109.8, slow: 101.5, snapshot: 100.8, copies: 81.7, greedy: 100.2 },
  ],
  [
    "us-east-2",
    { follow: 60.4, bound: 66.8, slow: 67.4, snapshot: 68.8, copies: 58.2, greedy: 71.0 },
  ],
  [
    "us-west-2",
    { follow: 48.9, bound: 53.5, slow: 52.3, snapshot: 54.0, copies: 47.7, greedy: 49.4 },
  ],
];

test("a replay of the V100 trace costs what an independent replay found", async (t) => {
  const trace = v100Trace(t);
  if (!trace) return;
  const cases = [
    caseOf("follow", pathOf(0.15)),
    caseOf("bound", pathOf(0.1, { zones: "held" })),
    caseOf("slow", pathOf(0.3)),
    caseOf("snapshot", pathOf(0.55, { cache: "last", warmMs: 0.1 * hourMs })),
    caseOf("copies", pathOf(0.1, { cache: "held", copies: 9 })),
    caseOf("greedy", pathOf(0.15), { deadline: "greedy" }),
  ];
  for (const [region, costs] of published) {
    const zones = trace.zones.filter(({ zone }) => regionOf(zone) === region);
    const experiment = experimentOf({ kind: "trace", trace: { ...trace, zones } }, cases, {
      replicas: 1,
      jobs: 600,
      rules: { ...plainRules, firstHourFree: true, observeMs: 195_000, billingStepMs: 1_000 },
      seed: 1,
    });
    for (const { name, costUsd } of summarize(experiment, await runExperiment(experiment)).cases) {
      const error = costUsd.mean / costs[name]! - 1;
      // The starts are others: the means of 600 jobs differ by their own noise.
      assert.ok(Math.abs(error) < 0.06, `${region}, ${name}: ${costUsd.mean}, not ${costs[name]}`);
    }
  }
});

test("whoever waits for a simulation can stop it, on one thread and on several, and no thread is left", async () => {
  const many = experimentOf(madeUp, [caseOf("follow", pathOf(0.15))], { replicas: 5_000 });
  for (const workers of [1, 2]) {
    const controller = new AbortController();
    const stopped = runExperiment(many, { workers, signal: controller.signal });
    setImmediate(() => controller.abort(new Error("enough")));
    await assert.rejects(stopped, { message: "enough" });
  }
  const long = { ...many, replicas: 1, jobs: 200_000 };
  const controller = new AbortController();
  const stopped = runExperiment(long, { workers: 1, signal: controller.signal });
  setImmediate(() => controller.abort(new Error("enough")));
  await assert.rejects(stopped, { message: "enough" });
});
