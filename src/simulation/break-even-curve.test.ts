import assert from "node:assert/strict";
import { test } from "node:test";
import { pathOf, plainRules } from "../../test/support/simulation-setup.ts";
import { type BreakEvenCurves, breakEvenCurves } from "./break-even-curve.ts";
import type { Experiment } from "./experiment.ts";
import type { DataPath } from "./job.ts";
import { runExperiment } from "./run-experiment.ts";
import { dayMs, hastened, hourMs, spellsOf, zoneFromRuns } from "./spot-trace.ts";

/** Capacity that goes by chance, every two hours on the average, and is back after a second. */
const memoryless = {
  kind: "synthetic",
  region: {
    origin: "a test",
    common: undefined,
    zones: [
      {
        zone: "us-east-1a",
        own: {
          up: { kind: "exponential", meanMs: 2 * hourMs },
          down: { kind: "exponential", meanMs: 1_000 },
        },
      },
    ],
  },
  lengthMs: 20 * dayMs,
} as const satisfies Experiment["source"];

const copy = pathOf(0.5, { name: "copy" });
const volume = pathOf(0, { name: "volume", fixedUsdPerHour: 40 / 730 });

const experimentOf = (paths: readonly DataPath[], more: Partial<Experiment> = {}): Experiment => ({
  source: memoryless,
  terms: { gang: 1, onDemandUsdPerHour: 1, spotUsdPerHour: 0.1 },
  job: { workMs: 50 * hourMs, deadlineMs: Infinity, gang: 1 },
  rules: { ...plainRules, horizonMs: 400 * hourMs },
  cases: paths.map((path) => ({
    name: path.name,
    path,
    strategy: { deadline: "spot-only", placement: "same-zone" },
    checkpoints: { kind: "lossless" },
  })),
  homes: [0],
  replicas: 20,
  jobs: 10,
  startMs: undefined,
  seed: 3,
  ...more,
});

async function curvesOf(experiment: Experiment): Promise<BreakEvenCurves> {
  const curves = await breakEvenCurves(experiment, await runExperiment(experiment));
  assert.ok(curves);
  return curves;
}

test("two ways to bring the data cost the same where renewal theory says, and the interval has it", async () => {
  const { interruptions, pairs } = await curvesOf(experimentOf([copy, volume]));
  assert.ok(Math.abs(interruptions / 365 - 1) < 0.05, `${interruptions}`);
  const [pair] = pairs;
  assert.equal(pairs.length, 1);
  // Loads of L under losses every M: W exp(L / M) + M (exp(L / M) - 1) on machines, against W on them and the volume.
  const truth = 730 / rootOf(extraUsd, 0.5, 5);
  assert.ok(
    Math.abs(pair!.interruptions! / truth - 1) < 0.03,
    `${pair!.interruptions}, not ${truth}`,
  );
  assert.ok(pair!.low! < truth && truth < pair!.high!, `[${pair!.low}, ${pair!.high}]`);
  assert.ok(pair!.high! / pair!.low! < 1.3);
  assert.deepEqual([pair!.cheaperBelow, pair!.crossingShare], ["copy", 1]);
});

/** What the copy costs beyond the volume, with losses every `m` hours. */
const extraUsd = (m: number) => 0.1 * (50 + m) * Math.expm1(0.5 / m) - 50 * (40 / 730);

/** By bisection. */
function rootOf(of: (x: number) => number, low: number, high: number): number {
  const middle = (low + high) / 2;
  if (high - low < 1e-9) return middle;
  return Math.sign(of(middle)) === Math.sign(of(low))
    ? rootOf(of, middle, high)
    : rootOf(of, low, middle);
}

test("lines that do not cross are told so, and which is the cheaper one", async () => {
  const dear = { ...volume, name: "dear", fixedUsdPerHour: 10 };
  const { pairs, lines, range } = await curvesOf(
    experimentOf([copy, dear, { ...copy, name: "same" }]),
  );
  const [first, second] = pairs;
  assert.deepEqual(
    [first!.cheaperBelow, first!.interruptions, first!.crossingShare],
    ["copy", undefined, 0],
  );
  assert.deepEqual([second!.cheaperBelow, second!.interruptions], [undefined, undefined]);
  assert.ok(range[0] < 13 && range[1] > 1_500);
  assert.ok(lines[0]!.points.every((point) => point.extraUsd === 0));
});

test("one piece of the market gives a crossing without an interval, and capacity that stays gives none", async () => {
  const { pairs } = await curvesOf(experimentOf([copy, volume], { replicas: 1, jobs: 40 }));
  assert.ok(pairs[0]!.interruptions! > 100);
  assert.deepEqual(
    [pairs[0]!.low, pairs[0]!.high, pairs[0]!.crossingShare],
    [undefined, undefined, undefined],
  );
  const zones = [zoneFromRuns("a", [[1, 30 * dayMs]])];
  const trace = { ...traceOfNothing, zones };
  const steady = experimentOf([copy, volume], { source: { kind: "trace", trace }, replicas: 1 });
  assert.equal(await breakEvenCurves(steady, await runExperiment(steady)), undefined);
  const one = experimentOf([copy]);
  assert.equal(await breakEvenCurves(one, await runExperiment(one)), undefined);
});

const traceOfNothing = {
  lengthMs: 30 * dayMs,
  tickMs: 0,
  kind: "probe",
  onDemandUsdPerHour: undefined,
  origin: "a test",
} as const;

test("a hastened history has the same spells in less time", () => {
  const zone = zoneFromRuns("a", [
    [1, 2 * hourMs],
    [0, hourMs],
    [1, 3 * hourMs],
  ]);
  const fast = hastened({ ...traceOfNothing, lengthMs: 6 * hourMs, zones: [zone] }, 3);
  assert.equal(fast.lengthMs, 2 * hourMs);
  assert.deepEqual(spellsOf(fast.zones[0]!, fast.lengthMs), {
    upMs: Float64Array.of(0, hourMs),
    downMs: Float64Array.of((2 / 3) * hourMs, 2 * hourMs),
  });
});
