import assert from "node:assert/strict";
import { test } from "node:test";
import { createBufferPool } from "./buffer-pool.ts";

test("ranges leave the spare buffers to small objects, and take them back as they come", () => {
  const pool = createBufferPool(4, 2);
  assert.equal(pool.admission.count, 1);

  const [first, second] = [pool.takeNext(), pool.takeNext()];
  assert.ok(first && second);
  assert.equal(pool.takeNext(), undefined);
  const small = pool.takeNow();
  assert.ok(small);

  pool.giveBack(small);
  assert.equal(pool.takeNext(), undefined);
  pool.giveBack(first);
  assert.equal(pool.takeNext(), first);
});
