// How fast jobs are simulated: without contention on threads, and all in one pool.
import { availableParallelism } from "node:os";
import { v100Pools } from "../src/facts/spot-pools.ts";
import { contend } from "../src/simulation/contend.ts";
import type { FleetPolicyName } from "../src/simulation/fleet.ts";
import type { Experiment } from "../src/simulation/experiment.ts";
import { column, runExperiment } from "../src/simulation/run-experiment.ts";
import { dayMs, hourMs } from "../src/simulation/spot-trace.ts";
import { calibrateRegion, synthesize } from "../src/simulation/synthetic-trace.ts";
import { round } from "./measure.ts";

const region = calibrateRegion(v100Pools[0]!);
const month = 30 * dayMs;
const jobs = 10_000;
const replicas = 100;

/** Never done: every job lives through the whole month. */
const experiment: Experiment = {
  source: { kind: "synthetic", region, lengthMs: month },
  terms: { gang: 1, onDemandUsdPerHour: 3.06, spotUsdPerHour: 0.92 },
  job: { workMs: 10_000 * hourMs, deadlineMs: Infinity, gang: 1 },
  rules: {
    launchMs: 30_000,
    observeMs: 0,
    billingStepMs: 1_000,
    billingMinimumMs: 60_000,
    firstHourFree: true,
    noticeMs: 120_000,
    noticeSuccess: 0.9,
    horizonMs: month,
  },
  cases: [
    {
      name: "copy from S3",
      path: {
        name: "copy from S3",
        zones: "all",
        cache: "none",
        copies: 1,
        warmMs: 540_000,
        coldMs: 540_000,
        speed: 1,
        feePerLoadUsd: 0.05,
        fixedUsdPerHour: 0,
      },
      strategy: { deadline: "spot-only", placement: "same-zone" },
      checkpoints: { kind: "young", stallMs: 80_000 },
    },
  ],
  homes: "random",
  replicas,
  jobs,
  startMs: undefined,
  seed: 1,
};

const threads = availableParallelism();
const alone = await measured(async () => {
  const results = await runExperiment(experiment, { workers: threads });
  const launches = column(results, 0, "launches").reduce((sum, count) => sum + count, 0);
  return { jobs: jobs * replicas, launches, threads };
});

const greedy = await measured(() => inOnePool("greedy"));
const uniform = await measured(() => inOnePool("uniform-progress"));

function inOnePool(policy: FleetPolicyName) {
  const outcome = contend(
    {
      arrivalMs: new Float64Array(jobs),
      workMs: new Float64Array(jobs).fill(200 * hourMs),
      deadlineMs: new Float64Array(jobs).fill(29 * dayMs),
      gang: Int32Array.from({ length: jobs }, (_, job) => [1, 1, 2, 4][job % 4]!),
      priority: Int32Array.from({ length: jobs }, (_, job) => job % 3),
    },
    {
      zones: synthesize(region, month, 3).zones,
      depth: 2_000,
      quota: Infinity,
      policy,
      load: { warmMs: 720_000, coldMs: 720_000, cache: "none", held: [], restore: undefined },
      spotUsdPerHour: 0.92,
      onDemandUsdPerHour: 3.06,
      firstHourFree: true,
      horizonMs: month,
      seed: 1,
    },
  );
  return {
    jobs,
    events: outcome.events,
    launches: outcome.launches.reduce((sum, count) => sum + count, 0),
  };
}

const results = [
  { name: "10,000 jobs x 30 days x 100 replicas, without contention", ...alone },
  { name: "10,000 contending jobs x 30 days, greedy", ...greedy },
  { name: "10,000 contending jobs x 30 days, Uniform Progress", ...uniform },
];
const goals = {
  withoutContention: "less than 20 s on 2 cores",
  contending: "less than 5 s",
  memory: "less than 300 MB",
};
const peakMB = round((process.resourceUsage().maxRSS * 1024) / 1e6);
process.stdout.write(
  `${JSON.stringify({ benchmark: "simulation", goals, peakMB, results }, undefined, 2)}\n`,
);

async function measured<Counts extends object>(work: () => Counts | Promise<Counts>) {
  const start = performance.now();
  const before = process.cpuUsage();
  const counts = await work();
  const { user, system } = process.cpuUsage(before);
  return {
    wallSeconds: round((performance.now() - start) / 1000),
    cpuSeconds: round((user + system) / 1e6),
    ...counts,
  };
}
