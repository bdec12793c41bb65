import assert from "node:assert/strict";
import { test } from "node:test";
import { createLineBuffer } from "./line-buffer.ts";

test("lines come back as they were added, in whatever script and number, and each once", () => {
  const lines = createLineBuffer();
  assert.equal(lines.take().length, 0);
  for (const count of [1, 20_000, 3]) {
    const added = Array.from({ length: count }, (_, index) => `${index} a é 深 \u{1F600}\n`);
    for (const line of added) lines.add(line);
    const taken = lines.take();
    lines.add("later lines do not stand in what was taken");
    assert.equal(taken.toString(), added.join(""));
    lines.take();
  }
});

test("a line that is longer than all room is taken whole", () => {
  const lines = createLineBuffer();
  const long = "深".repeat(100_000);
  lines.add(long);
  assert.equal(lines.take().toString(), long);
});
