import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { outcomeOf, pathOf } from "../../test/support/simulation-setup.ts";
import { contend } from "./contend.ts";
import { EventHeap } from "./event-heap.ts";
import type { Fleet, Pool, PoolLoad } from "./fleet.ts";
import { prepareMarket } from "./market.ts";
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

const loadOf = (hours: number, more: Partial<PoolLoad> = {}): PoolLoad => ({
  warmMs: hours * hourMs,
  coldMs: hours * hourMs,
  cache: "none",
  held: [],
  restore: undefined,
  ...more,
});

const poolOf = (zones: Pool["zones"], more: Partial<Pool> = {}): Pool => ({
  zones,
  depth: 1,
  quota: Infinity,
  policy: "greedy",
  load: loadOf(0),
  spotUsdPerHour: 1,
  onDemandUsdPerHour: 3,
  firstHourFree: false,
  horizonMs: 1000 * hourMs,
  seed: 1,
  ...more,
});

const near = (value: number, expected: number) =>
  assert.ok(Math.abs(value - expected) < 1e-5, `${value}, not ${expected}`);

const inHours = (ms: number) => ms / hourMs;

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
    { load: loadOf(0.5) },
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
  const pool = poolOf([zone("a", [[1, 1000]])], { load: loadOf(0.1) });
  const fleet = fleetOf([{ workHours: 10 }, { workHours: 10, deadlineHours: 15 }]);
  const outcome = contend(fleet, pool);
  assert.ok(outcome.doneMs[1]! <= 15 * hourMs);
  assert.ok(Math.abs(outcome.costUsd[1]! - 3 * 10.1) < 1e-9);
  assert.ok(Math.abs(outcome.costUsd[0]! - 10.1) < 1e-9);
});

test("Uniform Progress in a pool: on demand while it is behind, and back to spot when it is ahead of two changeovers", () => {
  const zones = [
    zone("a", [
      [0, 2],
      [1, 1],
      [0, 4],
      [1, 1000],
    ]),
  ];
  const fleet = fleetOf([{ workHours: 6, deadlineHours: 12 }]);
  const load = loadOf(0.25);
  const outcome = contend(fleet, poolOf(zones, { load, policy: "uniform-progress" }));
  // Behind from the start: on demand from 0, training from 0.25; ahead of (t + 0.5) / 2 from 1.0 on. Spot is there from 2:
  // 0.75 h of work; lost at 3 with 2.5 h done, which is the pace of 5; on demand from 5 to 7, spot to the end.
  assert.deepEqual([outcome.launches[0], outcome.preemptions[0]], [4, 1]);
  near(outcome.onDemandMs[0]! / hourMs, 2 + 2);
  near(outcome.doneMs[0]! / hourMs, 7 + 0.25 + (6 - 2.5 - 1.75));
  near(outcome.costUsd[0]!, 4 * 3 + 1 + 2);
  // Greedy waits to the last moment, at 6.25, and stays on demand.
  const greedy = contend(fleet, poolOf(zones, { load })).onDemandMs[0]! / hourMs;
  near(greedy, 0.25 + 5.25);
});

test("a fleet of one is a single job: what it costs, when it is done, and what it pays on demand", () => {
  const spells = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 })),
    { minLength: 20, maxLength: 60 },
  );
  const policies = fc.constantFrom("spot-only", "on-demand", "greedy", "uniform-progress");
  fc.assert(
    fc.property(spells, policies, fc.boolean(), (minutes, policy, firstHourFree) => {
      const runs = minutes.flatMap(([down, up]) => [
        [0, down / 60] as const,
        [1, up / 60] as const,
      ]);
      const hours = runs.reduce((sum, [, length]) => sum + length, 0);
      const trace = {
        zones: [zone("a", [...runs, [1, 1000]])],
        lengthMs: Math.round((hours + 1000) * hourMs),
        tickMs: 0,
        kind: "probe" as const,
        onDemandUsdPerHour: undefined,
        origin: "drawn",
      };
      const job = { workHours: 24, deadlineHours: 40 };
      const market = prepareMarket(trace, { gang: 1, onDemandUsdPerHour: 3, spotUsdPerHour: 1 });
      const single = outcomeOf({
        market,
        job,
        path: pathOf(0.2),
        rules: { firstHourFree },
        strategy: { deadline: policy },
      });
      const pool = poolOf(trace.zones, { load: loadOf(0.2), policy, firstHourFree });
      const fleet = contend(fleetOf([job]), pool);
      assert.deepEqual(
        [fleet.launches[0], fleet.preemptions[0]],
        [single.launches, single.preemptions],
      );
      // A job that was just lost looks for capacity a millisecond before it goes on demand.
      for (const [pooled, alone] of [
        [fleet.doneMs[0], single.makespanMs],
        [fleet.onDemandMs[0], single.onDemandMs],
        [fleet.costUsd[0]! * hourMs, single.costUsd * hourMs],
      ] as const)
        assert.ok(Math.abs(pooled! - alone) < 200, `${policy}: ${pooled}, not ${alone}`);
    }),
    { numRuns: 200 },
  );
});

test("a region makes so many volumes at once: the others wait on machines that are paid for", () => {
  const zones = [zone("a", [[9, 1000]])];
  const fleet = fleetOf(Array.from({ length: 3 }, () => ({ workHours: 5 })));
  const restore = { atOnce: 1, holdMs: 2 * hourMs, bootMs: 0.25 * hourMs };
  const outcome = contend(fleet, poolOf(zones, { load: loadOf(0.5, { restore }) }));
  // Each trains a quarter of an hour after its volume is begun: two hours after the one before.
  assert.deepEqual([...outcome.restoreWaitMs].map(inHours), [0, 2, 4]);
  assert.deepEqual([...outcome.doneMs].map(inHours), [5.5, 7.5, 9.5]);
  assert.deepEqual([...outcome.costUsd], [5.5, 7.5, 9.5]);
  // Where the data is at hand, as after a restart in the same zone, no volume is made.
  const again = [
    zone("a", [
      [9, 6],
      [0, 1],
      [9, 1000],
    ]),
  ];
  const last = loadOf(0.5, { restore, cache: "last", warmMs: 0.1 * hourMs });
  const restarted = contend(fleet, poolOf(again, { load: last }));
  assert.deepEqual([...restarted.coldLaunches], [1, 1, 1]);
  assert.deepEqual([...restarted.restoreWaitMs].map(inHours), [0, 2, 4]);
});

test("a volume that nobody waits for any more makes room for the next", () => {
  const zones = [
    zone("a", [
      [2, 1],
      [1, 1000],
    ]),
  ];
  const restore = { atOnce: 1, holdMs: 50 * hourMs, bootMs: 0 };
  const fleet = fleetOf([{ workHours: 2 }, { workHours: 2 }]);
  const outcome = contend(fleet, poolOf(zones, { load: loadOf(0.5, { restore }) }));
  // One of the two is interrupted at 1; the other has the volume then, if it did not have it before.
  const first = Math.min(...outcome.doneMs) / hourMs;
  assert.ok(first === 2.5 || first === 3.5, `${first}`);
  assert.ok(Math.max(...outcome.doneMs) < 10 * hourMs);
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
