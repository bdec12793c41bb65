import assert from "node:assert/strict";
import { test } from "node:test";
import { derivedSeed, uniform, uniformIndex } from "./random.ts";

const count = 100_000;

/** Chi squared over 100 cells; 99 degrees of freedom exceed 160 once in ten thousand. */
function chiSquared(draw: (n: number) => number): number {
  const cells = new Float64Array(100);
  for (let n = 0; n < count; n += 1) cells[Math.floor(draw(n) * 100)]! += 1;
  const expected = count / 100;
  return cells.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
}

test("numbers are uniform along counters, along streams and along seeds", () => {
  assert.ok(chiSquared((n) => uniform(1, 2, n)) < 160);
  assert.ok(chiSquared((n) => uniform(1, n, 0)) < 160);
  assert.ok(chiSquared((n) => uniform(n, 0, 0)) < 160);
  assert.ok(chiSquared((n) => uniform(derivedSeed(7, n), 0, 0)) < 160);
});

/** With the numbers of seed 3 and stream 4. */
function correlation(other: (n: number) => number): number {
  let sum = 0;
  for (let n = 0; n < count; n += 1) sum += (uniform(3, 4, n) - 0.5) * (other(n) - 0.5);
  return (sum / count) * 12;
}

test("neighbours in counter, stream and seed do not go together", () => {
  for (const other of [
    (n: number) => uniform(3, 4, n + 1),
    (n: number) => uniform(3, 5, n),
    (n: number) => uniform(4, 4, n),
  ])
    assert.ok(Math.abs(correlation(other)) < 0.015);
});

test("a number depends on its seed, stream and counter only", () => {
  assert.equal(uniform(1, 2, 3), uniform(1, 2, 3));
  const drawn = new Set(Array.from({ length: 10_000 }, (_, n) => uniform(1, n, n)));
  assert.equal(drawn.size, 10_000);
  for (let n = 0; n < 1_000; n += 1) assert.ok(uniformIndex(1, 1, n, 3) < 3);
});
