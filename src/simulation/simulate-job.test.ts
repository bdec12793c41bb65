import assert from "node:assert/strict";
import { test } from "node:test";
import {
  marketOf,
  outcomeOf,
  pathOf,
  setupOf,
  zoneOf,
} from "../../test/support/simulation-setup.ts";
import { fixedInterval, noticeOnly } from "./checkpointing.ts";
import { heldZones } from "./held-zones.ts";
import { type DataPath, emptyOutcome, type Interval } from "./job.ts";
import { JobSimulator } from "./simulate-job.ts";
import { hourMs } from "./spot-trace.ts";

const always = zoneOf("a", [[0, 1000]]);

test("a job on capacity that stays loads once, trains, and pays for both", () => {
  const outcome = outcomeOf({
    market: marketOf([always]),
    job: { workHours: 10 },
    path: pathOf(0.5),
  });
  assert.equal(outcome.makespanMs, 10.5 * hourMs);
  assert.ok(Math.abs(outcome.costUsd - 10.5 * 0.9) < 1e-9);
  assert.equal(outcome.launches, 1);
  assert.equal(outcome.loadingMs, 0.5 * hourMs);
});

test("after an interruption a job that is bound to its zone waits, and one that follows does not", () => {
  const market = marketOf([
    zoneOf("a", [
      [0, 4],
      [6, 20],
    ]),
    zoneOf("b", [[3, 20]]),
  ]);
  const bound = outcomeOf({ market, job: { workHours: 8 }, path: pathOf(0.25, { zones: "held" }) });
  const follows = outcomeOf({ market, job: { workHours: 8 }, path: pathOf(0.25) });
  assert.equal(bound.makespanMs, (4 + 2 + 0.25 + 4.25) * hourMs);
  assert.equal(bound.waitingMs, 2 * hourMs);
  assert.equal(follows.makespanMs, 8.5 * hourMs);
  assert.deepEqual([follows.zoneMoves, follows.preemptions, bound.zoneMoves], [1, 1, 0]);
});

test("a cache counts where it is: where a copy is held, where the job ran last, or everywhere", () => {
  const market = marketOf([
    zoneOf("a", [
      [0, 2],
      [4, 6],
    ]),
    zoneOf("b", [
      [2, 4],
      [6, 30],
    ]),
  ]);
  const loading = (cache: "none" | "held" | "last", copies = 1) => {
    const path = pathOf(0, { cache, copies, warmMs: 0.1 * hourMs, coldMs: 0.5 * hourMs });
    return outcomeOf({ market, job: { workHours: 10 }, path }).loadingMs / hourMs;
  };
  // a, b, a, b
  assert.equal(loading("none"), 4 * 0.5);
  assert.equal(loading("held"), 2 * 0.1 + 2 * 0.5);
  assert.equal(loading("last"), 0.1 + 3 * 0.5);
  assert.equal(loading("held", 2).toFixed(6), "0.400000");
});

test("copies in some of the zones: one plan waits for these, another loads elsewhere and pays for it", () => {
  const market = marketOf([
    zoneOf("a", [[0, 2]]),
    zoneOf("b", [[2, 30]]),
    zoneOf("c", [
      [1, 5],
      [6, 30],
    ]),
  ]);
  const held = { cache: "held", copies: 2, warmMs: 0.1 * hourMs, coldMs: 0.5 * hourMs } as const;
  const of = (path: Partial<DataPath>) =>
    outcomeOf({
      market,
      homes: [0, 2],
      job: { workHours: 6 },
      path: pathOf(0, { ...held, ...path, feePerLoadUsd: 7, fixedUsdPerHour: 1 }),
    });
  // a, c until 5, one hour of waiting, c; volumes for the hours that it takes.
  const bound = of({ zones: "held" });
  assert.equal(bound.loadingMs, 3 * (0.1 * hourMs));
  assert.equal(bound.waitingMs, hourMs);
  assert.equal(bound.costUsd.toFixed(9), (6.3 * 0.9 + 7.3).toFixed(9));
  // a, then b, the first in which there is room: a load from elsewhere, and its fee.
  const follows = of({ zones: "all" });
  assert.equal(follows.loadingMs, 0.6 * hourMs);
  assert.equal(follows.waitingMs, 0);
  assert.equal(follows.costUsd.toFixed(9), (6.6 * 0.9 + 7 + 6.6).toFixed(9));
  assert.deepEqual(heldZones([1], 2, 3), [1, 2]);
  assert.deepEqual(heldZones([2, 0], 5, 3), [2, 0, 1]);
});

test("an interruption by EC2 in the first hour is free, and one after it is not", () => {
  const market = marketOf([
    zoneOf(
      "a",
      [
        [0, 0.9],
        [1, 2.5],
        [3, 30],
      ],
      1,
    ),
  ]);
  const wanted = { market, job: { workHours: 5 }, rules: { firstHourFree: true } };
  const outcome = outcomeOf(wanted);
  assert.equal(outcome.freeMs, 0.9 * hourMs);
  assert.ok(Math.abs(outcome.costUsd - (1.5 + 5 - 0.9 - 1.5)) < 1e-9);
});

test("checkpoints: a loss without notice goes back to the last one, one in time keeps the work", () => {
  // Saves of 0.1 h after each hour; lost at 2.5 h: 2 h are saved.
  const market = marketOf([
    zoneOf("a", [
      [0, 2.5],
      [2.5, 100],
    ]),
  ]);
  const checkpointing = fixedInterval(hourMs, 0.1 * hourMs);
  const wanted = { market, job: { workHours: 4 }, checkpointing };
  const run = (inTime: boolean) => {
    const outcome = emptyOutcome();
    new JobSimulator(setupOf(wanted)).run(0, outcome, () => inTime);
    return outcome;
  };
  assert.equal(run(false).lostWorkMs, 0.3 * hourMs);
  assert.equal(run(false).makespanMs, (2.5 + 2.2) * hourMs);
  assert.equal(run(true).lostWorkMs, 0);
  // 2.3 h done, 1.7 left in two pieces.
  assert.equal(run(true).makespanMs, 15_840_000);
});

test("without checkpoints and without notice a run is lost as a whole", () => {
  const market = marketOf([
    zoneOf("a", [
      [0, 3],
      [3, 100],
    ]),
  ]);
  const checkpointing = noticeOnly(0, 5 * hourMs);
  const outcome = emptyOutcome();
  new JobSimulator(setupOf({ market, job: { workHours: 5 }, checkpointing })).run(
    0,
    outcome,
    () => false,
  );
  assert.equal(outcome.lostWorkMs, 3 * hourMs);
  assert.equal(outcome.makespanMs, 8 * hourMs);
});

test("a disk at half the speed makes the work twice as long; a gang of four costs four times as much", () => {
  const path = pathOf(0, { speed: 0.5 });
  const market = marketOf([always]);
  assert.equal(outcomeOf({ market, job: { workHours: 5 }, path }).makespanMs, 10 * hourMs);
  const one = outcomeOf({ market, job: { workHours: 5 } });
  const four = outcomeOf({ market, job: { workHours: 5, gang: 4 } });
  assert.equal(four.costUsd, 4 * one.costUsd);
});

test("volumes cost by the hour of the job, requests by the launch", () => {
  const path = pathOf(0, { fixedUsdPerHour: 0.1, feePerLoadUsd: 0.7 });
  const free = marketOf([
    zoneOf(
      "a",
      [
        [0, 2],
        [3, 50],
      ],
      0,
    ),
  ]);
  const { costUsd } = outcomeOf({ market: free, job: { workHours: 5 }, path });
  assert.ok(Math.abs(costUsd - (6 * 0.1 + 2 * 0.7)) < 1e-9);
});

test("without any capacity a job waits until its horizon, or runs on demand to keep its deadline", () => {
  const market = marketOf([zoneOf("a", [])]);
  const rules = { horizonMs: 100 * hourMs };
  const waits = outcomeOf({ market, job: { workHours: 5 }, rules });
  assert.deepEqual([waits.missed, waits.makespanMs, waits.costUsd], [1, 100 * hourMs, 0]);
  for (const deadline of ["greedy", "uniform-progress", "value-of-progress"] as const) {
    const job = { workHours: 5, deadlineHours: 8 };
    const outcome = outcomeOf({ market, job, rules, path: pathOf(0.2), strategy: { deadline } });
    assert.equal(outcome.missed, 0, deadline);
    assert.ok(outcome.costUsd >= 3 * 5.2 - 1e-9 && outcome.costUsd < 3 * 7, `${outcome.costUsd}`);
  }
});

test("on demand a job costs its work and one changeover", () => {
  const market = marketOf([always]);
  const job = { workHours: 5, deadlineHours: 8 };
  const outcome = outcomeOf({
    market,
    job,
    path: pathOf(0.2),
    strategy: { deadline: "on-demand" },
  });
  assert.equal(outcome.makespanMs, 5.2 * hourMs);
  assert.ok(Math.abs(outcome.costUsd - 15.6) < 1e-9);
});

test("placement decides among the zones with capacity", () => {
  const zones = [
    zoneOf("first", [[3, 5]], 0.9),
    zoneOf("cheap", [[2.9, 4]], 0.3),
    zoneOf("old", [[0, 6]], 0.8),
    zoneOf("lasting", [[2.5, 40]], 0.9),
  ];
  const market = marketOf(zones);
  const chosen = (
    placement: "cheapest" | "longest-life" | "most-available" | "hindsight" | "same-zone",
  ) => {
    const timeline: Interval[] = [];
    const setup = setupOf({ market, job: { workHours: 1 }, strategy: { placement } });
    new JobSimulator(setup).run(3 * hourMs, emptyOutcome(), undefined, timeline);
    return zones[timeline[0]!.place]?.zone;
  };
  assert.equal(chosen("same-zone"), "first");
  assert.equal(chosen("cheapest"), "cheap");
  assert.equal(chosen("longest-life"), "old");
  assert.equal(chosen("most-available"), "old");
  assert.equal(chosen("hindsight"), "lasting");
});

test("where on-demand machines are not to be had a job asks every 15 minutes, and takes spot meanwhile", () => {
  const setup = setupOf({
    market: marketOf([zoneOf("a", [[1, 1.5]])]),
    job: { workHours: 4, deadlineHours: 4.2 },
    strategy: { deadline: "greedy" },
    path: pathOf(0.1),
  });
  const run = (hasOnDemand: (slot: number) => boolean) => {
    const outcome = emptyOutcome();
    new JobSimulator({ ...setup, hasOnDemand }).run(0, outcome);
    return outcome;
  };

  assert.equal(run(() => true).missed, 0);
  const late = run((slot) => slot >= 8);
  assert.equal(late.missed, 1);
  // Spot from 1 h to 1.5 h, of which 0.1 h loads; on demand from 2 h on.
  assert.equal(late.makespanMs, 5.7 * hourMs);
  assert.equal(run(() => false).onDemandMs, 0);
});
