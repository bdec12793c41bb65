import assert from "node:assert/strict";
import { test } from "node:test";
import { planParts, usualPartBytes } from "./plan-parts.ts";

const MiB = 1024 * 1024;

test("a file of up to one part is a single request, an empty one too", () => {
  for (const size of [0, 1, usualPartBytes]) assert.equal(planParts(size).count, 1);
  assert.deepEqual(planParts(usualPartBytes + 1), { partBytes: usualPartBytes, count: 2 });
});

test("parts grow so that 10,000 are enough, up to the largest object", () => {
  for (const size of [10_000 * usualPartBytes, 10_000 * usualPartBytes + 1, 5e12, 50e12]) {
    const { partBytes, count } = planParts(size);
    assert.ok(count <= 10_000, `${count} parts`);
    assert.ok(count * partBytes >= size && (count - 1) * partBytes < size);
    assert.ok(partBytes <= 5 * 1024 * MiB && partBytes % MiB === 0);
  }
});

test("more than an object can hold is refused", () => {
  assert.throws(() => planParts(50e12 + 1), { code: "USAGE" });
});
