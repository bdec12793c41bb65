import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { test } from "node:test";
import { createThreadNeed, measureHere } from "./thread-need.ts";

/** Two seconds in which this thread computes and the cores idle so much of the time. */
function needAfter(busy: number, idle: number, parallelism = 2): boolean[] {
  const now = { at: 0, cpuMs: 0, idleMs: 0 };
  const isNeeded = createThreadNeed(() => ({ ...now }), parallelism);
  return [1, 2].map(() => {
    now.at += 1_000;
    now.cpuMs += 1_000 * busy;
    now.idleMs += 1_000 * idle;
    return isNeeded();
  });
}

test("another thread is needed when this one computes for seconds while a core idles", () => {
  assert.deepEqual(needAfter(0.95, 1), [false, true]);
});

test("no other thread is needed where this one waits, no core is free, or there is one core", () => {
  assert.deepEqual(needAfter(0.5, 1), [false, false]);
  assert.deepEqual(needAfter(0.95, 0.3), [false, false]);
  assert.deepEqual(needAfter(0.95, 1, 1), [false, false]);
});

test("a moment of computing is no need", () => {
  const now = { at: 0, cpuMs: 0, idleMs: 0 };
  const isNeeded = createThreadNeed(() => ({ ...now }), 2);
  const busy = [1, 0, 1, 0, 1].map((share) => {
    now.at += 1_000;
    now.cpuMs += 1_000 * share;
    now.idleMs += 1_000;
    return isNeeded();
  });
  assert.deepEqual(busy, [false, false, false, false, false]);
});

test(
  "a core that waits for the disk counts as idle",
  { skip: process.platform !== "linux" },
  () => {
    const ticks = readFileSync("/proc/stat", "utf8").split(/\s+/, 6).slice(4).map(Number);
    const before = 10 * ticks.reduce((sum, each) => sum + each, 0);
    const after = measureHere().idleMs;
    // What the cores can have idled between the two looks.
    assert.ok(after >= before && after <= before + 60_000 * cpus().length, `${before} ${after}`);
  },
);
