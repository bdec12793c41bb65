import assert from "node:assert/strict";
import test from "node:test";
import { createReadPace } from "./read-pace.ts";

/** Reads one after the other; the event loop's take `lastMs`. @returns which of them were left to threads. */
function leftToThreads(reads: number, lastMs: (index: number) => number): number[] {
  let now = 0;
  const pace = createReadPace(() => now);
  return Array.from({ length: reads }, (_, index) => index).filter((index) => {
    if (pace.isCold()) return true;
    pace.timed(() => (now += lastMs(index)));
    return false;
  });
}

test("a cold disk's reads are soon left to threads, all but one of 65", () => {
  const byThreads = leftToThreads(1000, () => 5);
  assert.deepEqual(byThreads.slice(0, 7), [1, 3, 4, 6, 7, 8, 9]);
  // The event loop tries 0, 2, 5, 10, 19, 36, 69 and then every 65th.
  assert.equal(1000 - byThreads.length, 7 + Math.floor((1000 - 69) / 65));
});

test("a moment in which the system did something else leaves one read to a thread", () => {
  assert.deepEqual(
    leftToThreads(100, (index) => (index % 40 === 0 ? 5 : 0.05)),
    [1, 41, 81],
  );
});
