import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { contend, type Fleet, type Pool } from "./contend.ts";
import { EventHeap } from "./event-heap.ts";
import { hourMs, zoneFromRuns } from "./spot-trace.ts";

interface Wanted {
  workHours: number;
  gang?: number;
  priority?: number;
  arrivalHours?: number;
  deadlineHours?: number;
}

const fleetOf = (jobs: readonly Wanted[]): Fleet => ({
  arrivalMs: Float64Array.from(jobs, ({ arrivalHours = 0 }) => arrivalHours * hourMs),
  workMs: Float64Array.from(jobs, ({ workHours }) => workHours * hourMs),
  deadlineMs: Float64Array.from(jobs, ({ deadlineHours = Infinity }) => deadlineHours * hourMs),
  gang: Int32Array.from(jobs, ({ gang = 1 }) => gang),
  priority: Int32Array.from(jobs, ({ priority = 0 }) => priority),
});

const zone = (name: string, runs: ReadonlyArray<readonly [capacity: number, hours: number]>) =>
  zoneFromRuns(
    name,
    runs.map(([capacity, hours]) => [capacity, hours * hourMs] as const),
  );

const poolOf = (zones: Pool["zones"], more: Partial<Pool> = {}): Pool => ({
  zones,
  depth: 1,
  quota: Infinity,
  changeoverMs: 0,
  spotUsdPerHour: 1,
  onDemandUsdPerHour: 3,
  firstHourFree: false,
  horizonMs: 1000 * hourMs,
  seed: 1,
  ...more,
});

const doneHours = (fleet: Fleet, pool: Pool) =>
  [...contend(fleet, pool).doneMs].map((at) => at / hourMs);

test("two jobs on one instance run one after the other, the more important one first", () => {
  const pool = poolOf([zone("a", [[1, 1000]])]);
  assert.deepEqual(doneHours(fleetOf([{ workHours: 3 }, { workHours: 2 }]), pool), [3, 5]);
  const ranked = fleetOf([{ workHours: 3 }, { workHours: 2, priority: 1 }]);
  assert.deepEqual(doneHours(ranked, pool), [5, 2]);
});

test("when capacity shrinks somebody is interrupted, and goes on before those who came later", () => {
  const pool = poolOf(
    [
      zone("a", [
        [2, 1],
        [1, 1],
        [2, 1000],
      ]),
    ],
    { changeoverMs: 0.5 * hourMs },
  );
  const fleet = fleetOf([{ workHours: 4 }, { workHours: 4 }, { workHours: 4, arrivalHours: 0.5 }]);
  const outcome = contend(fleet, pool);
  assert.equal(outcome.preemptions[0]! + outcome.preemptions[1]!, 1);
  assert.equal(outcome.preemptions[2], 0);
  // Half an hour of work was done and is kept; two more loads were paid with time.
  assert.deepEqual(
    outcome.doneMs
      .slice(0, 2)
      .toSorted()
      .map((at) => at / hourMs),
    Float64Array.of(4.5, 6),
  );
});

test("a gang is placed in one zone or not at all, and lets smaller ones pass", () => {
  const pool = poolOf([zone("a", [[3, 1000]]), zone("b", [[3, 1000]])]);
  const fleet = fleetOf([
    { workHours: 1, gang: 4 },
    { workHours: 1, gang: 3 },
    { workHours: 1, gang: 3 },
  ]);
  assert.deepEqual(doneHours(fleet, pool), [Infinity, 1, 1]);
});

test("a quota holds over all zones", () => {
  const pool = poolOf([zone("a", [[5, 1000]]), zone("b", [[5, 1000]])], { quota: 2 });
  const jobs = Array.from({ length: 4 }, () => ({ workHours: 1 }));
  assert.deepEqual(doneHours(fleetOf(jobs), pool), [1, 1, 2, 2]);
});

test("who cannot keep a deadline otherwise goes on demand, and pays for it", () => {
  const pool = poolOf([zone("a", [[1, 1000]])], { changeoverMs: 0.1 * hourMs });
  const fleet = fleetOf([{ workHours: 10 }, { workHours: 10, deadlineHours: 15 }]);
  const outcome = contend(fleet, pool);
  assert.ok(outcome.doneMs[1]! <= 15 * hourMs);
  assert.ok(Math.abs(outcome.costUsd[1]! - 3 * 10.1) < 1e-9);
  assert.ok(Math.abs(outcome.costUsd[0]! - 10.1) < 1e-9);
});

test("an interruption in the first hour is free in a pool too", () => {
  const zones = [
    zone("a", [
      [1, 0.5],
      [0, 1],
      [1, 2],
      [0, 1],
      [1, 1000],
    ]),
  ];
  const fleet = fleetOf([{ workHours: 5 }]);
  const paid = contend(fleet, poolOf(zones)).costUsd[0]!;
  const free = contend(fleet, poolOf(zones, { firstHourFree: true })).costUsd[0]!;
  assert.ok(Math.abs(paid - 5) < 1e-9 && Math.abs(free - 4.5) < 1e-9);
});

test("whatever happens: capacity is never exceeded, work adds up, the same seed decides the same", () => {
  const jobs = fc.array(
    fc.record({
      workHours: fc.integer({ min: 1, max: 10 }),
      gang: fc.integer({ min: 1, max: 3 }),
      priority: fc.integer({ min: 0, max: 2 }),
      arrivalHours: fc.integer({ min: 0, max: 20 }),
    }),
    { minLength: 1, maxLength: 30 },
  );
  const runs = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 5 })), {
    minLength: 5,
    maxLength: 30,
  });
  fc.assert(
    fc.property(jobs, runs, (wanted, capacities) => {
      const fleet = fleetOf(wanted);
      const total = capacities.reduce((sum, [, hours]) => sum + hours, 0);
      const pool = poolOf([zone("a", capacities)], { horizonMs: total * hourMs });
      const outcome = contend(fleet, pool);
      const offered = capacities.reduce((sum, [capacity, hours]) => sum + capacity * hours, 0);
      const used = outcome.costUsd.reduce((sum, usd) => sum + usd, 0);
      assert.ok(used <= offered + 1e-6);
      for (const [job, doneMs] of outcome.doneMs.entries()) {
        const { workHours, gang, arrivalHours } = wanted[job]!;
        if (doneMs === Infinity) continue;
        assert.ok(doneMs >= (arrivalHours + workHours) * hourMs);
        assert.ok(Math.abs(outcome.costUsd[job]! - workHours * gang) < 1e-6);
      }
      assert.deepEqual(contend(fleet, pool), outcome);
    }),
    { numRuns: 100 },
  );
});

test("the heap gives events by time, and those of one time in their order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 3_000 }), (times) => {
      const heap = new EventHeap();
      for (const [at, time] of times.entries()) heap.push(time, at);
      const expected = [...times.entries()].toSorted((a, b) => a[1] - b[1] || a[0] - b[0]);
      assert.deepEqual(
        Array.from({ length: times.length }, () => heap.pop()),
        expected.map(([at]) => at),
      );
      assert.equal(heap.nextMs, Infinity);
    }),
    { numRuns: 30 },
  );
});
