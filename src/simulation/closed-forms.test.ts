import assert from "node:assert/strict";
import { test } from "node:test";
import { crossing, monthUsd } from "../../test/support/restart-month.ts";
import { breakEvenRestarts } from "../cost/break-even.ts";
import {
  marketOf,
  outcomeOf,
  pathOf,
  plainRules,
  setupOf,
  zoneOf,
} from "../../test/support/simulation-setup.ts";
import {
  dalyIntervalMs,
  expectedMakespanMs,
  fixedInterval,
  youngIntervalMs,
} from "./checkpointing.ts";
import { emptyOutcome } from "./job.ts";
import { drawLifetimeMs, type Lifetime } from "./lifetime.ts";
import type { MarketZone } from "./market.ts";
import { uniform } from "./random.ts";
import { JobSimulator } from "./simulate-job.ts";
import { hourMs } from "./spot-trace.ts";

const isFull = process.env["RUNCTL_TEST_FULL"] === "1";

/** Up for exponential times, away for exponential times; `downMeanMs` 0: back at once. */
function alternating(
  upMeanMs: number,
  downMeanMs: number,
  spells: number,
  seed: number,
): MarketZone {
  const zone = zoneOf("a", []);
  const upMs = new Float64Array(spells);
  const downMs = new Float64Array(spells);
  const draw = (meanMs: number, n: number) =>
    Math.max(
      1,
      Math.round(drawLifetimeMs({ kind: "exponential", meanMs }, uniform(seed, n, 0), 0)),
    );
  for (let n = 0, at = 0; n < spells; n += 1) {
    upMs[n] = at;
    at += draw(upMeanMs, 2 * n);
    downMs[n] = at;
    if (downMeanMs > 0) at += draw(downMeanMs, 2 * n + 1);
  }
  return { ...zone, upMs, downMs };
}

test("under exponential losses the makespan is Daly's closed form, over a grid of lives and saves", () => {
  const jobs = isFull ? 4_000 : 400;
  const restartMs = 0.1 * hourMs;
  let within = 0;
  for (const [row, meanHours] of [0.5, 1, 2, 4, 8].entries()) {
    for (const [col, seconds] of [10, 40, 80, 160, 300].entries()) {
      const meanMs = meanHours * hourMs;
      const stallMs = seconds * 1000;
      const intervalMs = Math.round(dalyIntervalMs(stallMs, meanMs));
      const workMs = 10 * intervalMs;
      // What finishes the first load, and then the segments.
      const expected =
        meanMs * Math.expm1(restartMs / meanMs) +
        expectedMakespanMs(workMs, intervalMs, stallMs, { meanMs, restartMs });
      const spells = Math.ceil((jobs * expected * 1.3) / meanMs) + 1000;
      const market = {
        ...marketOf([alternating(meanMs, 0, spells, row * 5 + col)]),
        lengthMs: Infinity,
      };
      const setup = setupOf({
        market,
        job: { workHours: workMs / hourMs },
        path: pathOf(restartMs / hourMs),
        checkpointing: fixedInterval(intervalMs, stallMs),
      });
      const simulator = new JobSimulator(setup);
      const outcome = emptyOutcome();
      const makespans: number[] = [];
      // Each begins where the one before ended: losses have no memory.
      for (let job = 0, startMs = 0; job < jobs; job += 1) {
        simulator.run(startMs, outcome, () => false);
        makespans.push(outcome.makespanMs);
        startMs += outcome.makespanMs;
      }
      const mean = makespans.reduce((sum, ms) => sum + ms, 0) / jobs;
      const variance = makespans.reduce((sum, ms) => sum + (ms - mean) ** 2, 0) / (jobs - 1);
      const errors = Math.abs(mean - expected) / Math.sqrt(variance / jobs);
      assert.ok(
        errors < 3.5,
        `M ${meanHours} h, save ${seconds} s: ${errors.toFixed(1)} standard errors`,
      );
      if (errors < 1.96) within += 1;
    }
  }
  assert.ok(within >= 21, `only ${within} of 25 within the 95 % interval`);
});

test("Daly's interval is where the closed form is least, and Young's is near for short saves", () => {
  for (const meanHours of [0.5, 1.5, 3.22, 10.4])
    for (const seconds of [10, 80, 600]) {
      const meanMs = meanHours * hourMs;
      const stallMs = seconds * 1000;
      const cost = (intervalMs: number) =>
        expectedMakespanMs(hourMs, intervalMs, stallMs, { meanMs, restartMs: 0 });
      const grid = Array.from({ length: 4_000 }, (_, step) => 1_000 * 1.003 ** step);
      const least = grid.reduce((best, one) => (cost(one) < cost(best) ? one : best));
      assert.ok(Math.abs(dalyIntervalMs(stallMs, meanMs) / least - 1) < 0.05);
      if (stallMs < meanMs / 100)
        assert.ok(Math.abs(youngIntervalMs(stallMs, meanMs) / least - 1) < 0.1);
    }
  // The published table: M 3.22 h and a save of 80 s, 21.8 and 22.7 minutes.
  assert.equal((dalyIntervalMs(80_000, 3.22 * hourMs) / 60_000).toFixed(1), "21.8");
  assert.equal((youngIntervalMs(80_000, 3.22 * hourMs) / 60_000).toFixed(1), "22.7");
});

test("capacity that comes and goes gives the progress of the renewal theorem", () => {
  for (const [up, down, load] of [
    [2, 1, 0.2],
    [0.5, 0.5, 0.1],
    [8, 2, 0.5],
  ] as const) {
    const spells = isFull ? 400_000 : 40_000;
    const market = {
      ...marketOf([alternating(up * hourMs, down * hourMs, spells, 9)]),
      lengthMs: Infinity,
    };
    const rate = (Math.exp(-load / up) * up) / (up + down);
    const workHours = Math.floor(spells * (up + down) * rate * 0.9);
    const outcome = outcomeOf({
      market,
      job: { workHours },
      path: pathOf(load),
      rules: { horizonMs: Infinity },
    });
    const found = (workHours * hourMs) / outcome.makespanMs;
    assert.ok(Math.abs(found / rate - 1) < 0.02, `up ${up}, down ${down}: ${found}, not ${rate}`);
  }
});

test("greedy on capacity that is there a share of the time switches when the paper says", () => {
  const [workHours, deadlineHours, share] = [40, 60, 0.5];
  const period = 0.01;
  const spells = Array.from(
    { length: 10_000 },
    (_, n) => [n * period, (n + share) * period] as const,
  );
  const outcome = outcomeOf({
    market: marketOf([zoneOf("a", spells, 1)]),
    job: { workHours, deadlineHours },
    // As good as none; without any, going back and forth would be free.
    path: pathOf(1 / hourMs),
    strategy: { deadline: "greedy" },
  });
  const switchHours = (deadlineHours - workHours) / (1 - share);
  const expected = share * switchHours + 3 * (deadlineHours - switchHours);
  assert.ok(
    Math.abs(outcome.costUsd / expected - 1) < 0.001,
    `${outcome.costUsd}, not ${expected}`,
  );
  assert.equal(outcome.missed, 0);
});

test("the simulated break-even is the formula's: 800 restarts for 40 USD against half an hour at 0.10 USD", () => {
  const copy = pathOf(0.5);
  const volume = pathOf(0, { fixedUsdPerHour: 40 / 730 });
  const month = { usdPerHour: 0.1, rules: plainRules };
  const found = crossing(copy, volume, month);
  const formula = breakEvenRestarts(
    { standingUsd: 0, restartUsd: 0.05 },
    { standingUsd: 40, restartUsd: 0 },
  );
  assert.equal(formula.restarts, 800);
  assert.ok(found !== undefined && Math.abs(found / 800 - 1) < 0.01, `${found}`);
  assert.equal(crossing(copy, { ...volume, fixedUsdPerHour: 0 }, month), undefined);
  assert.ok(monthUsd(copy, { ...month, restarts: 10 }) > monthUsd(copy, { ...month, restarts: 0 }));
});

test("lifetimes have the mean that they are told to have", () => {
  const kinds: Lifetime[] = [
    { kind: "exponential", meanMs: 1000 },
    { kind: "weibull", meanMs: 1000, shape: 0.7 },
    { kind: "hyperexponential", meanMs: 1000, cv: 3.2 },
    { kind: "measured", meanMs: 1000 },
  ];
  const count = 200_000;
  for (const lifetime of kinds) {
    let sum = 0;
    for (let n = 0; n < count; n += 1)
      sum += drawLifetimeMs(lifetime, uniform(3, n, 0), uniform(3, n, 1));
    assert.ok(Math.abs(sum / count / 1000 - 1) < 0.03, `${lifetime.kind}: ${sum / count}`);
  }
});
