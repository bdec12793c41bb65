import assert from "node:assert/strict";
import { test } from "node:test";
import { lifetimeOver } from "./lifetime.ts";

test("a lifetime of months is slept through in days, whatever was over when the agent began", async () => {
  const days = 86_400;
  let up = 3 * days;
  const sleeps: number[] = [];
  const clock = {
    now: () => up * 1_000,
    async sleep(ms: number) {
      sleeps.push(ms);
      up += ms / 1_000;
    },
  };
  const spec = { maxLifetimeSeconds: 80.5 * days };

  await lifetimeOver({ spec, clock }, new AbortController().signal, () => up);

  assert.equal(up, spec.maxLifetimeSeconds);
  assert.ok(Math.max(...sleeps) < 2 ** 31);
});
