import assert from "node:assert/strict";
import { test } from "node:test";
import { crossingsOf } from "./crossings.ts";
import { uniform } from "./random.ts";

const names = ["one", "other"] as const;
const xs = [10, 20, 40, 80];

/** Resamples around the gaps, each shifted by up to `noise`. */
const around = (gaps: readonly number[], noise: number) =>
  gaps.map((gap, at) =>
    Float64Array.from({ length: 1_000 }, (_, n) => gap + noise * (2 * uniform(1, at, n) - 1)),
  );

test("each crossing has its own interval, and says who is cheaper before it", () => {
  const gaps = [-1, 1, 1, -3];
  const found = crossingsOf(names, { xs, gaps, resamples: around(gaps, 0.2) });
  assert.deepEqual(
    found.map(({ cheaperBelow, interruptions }) => [cheaperBelow, interruptions]),
    [
      ["one", 15],
      ["other", 50],
    ],
  );
  for (const { low, high, interruptions, crossingShare } of found) {
    assert.ok(low! < interruptions! && interruptions! < high!);
    assert.equal(crossingShare, 1);
  }
});

test("an end of which too many resamples lie beyond the range is open", () => {
  const gaps = [-2, -2, -1, 0.1];
  const [found] = crossingsOf(names, { xs, gaps, resamples: around(gaps, 0.5) });
  assert.ok(found!.low! > 40 && found!.low! < 80);
  assert.equal(found!.high, undefined);
  assert.ok(found!.crossingShare! > 0.5 && found!.crossingShare! < 0.7);
});

test("lines that cross anywhere in the resamples cannot be told apart, and those that coincide cost the same", () => {
  const gaps = [0.01, -0.01, 0.01, 0.01];
  const [noisy, ...more] = crossingsOf(names, { xs, gaps, resamples: around(gaps, 1) });
  assert.equal(more.length, 0);
  assert.deepEqual([noisy!.cheaperBelow, noisy!.interruptions], [undefined, undefined]);
  assert.ok(noisy!.crossingShare! > 0.8);
  const same = [0, 0, 0, 0];
  const [equal] = crossingsOf(names, { xs, gaps: same, resamples: around(same, 0) });
  assert.deepEqual([equal!.cheaperBelow, equal!.crossingShare], [undefined, 0]);
});
