import assert from "node:assert/strict";
import { test } from "node:test";
import { nameFilter } from "../../../transfer/name-filter.ts";
import { defineCommand } from "../../define-command.ts";
import { parseCommand } from "../../parse-command.ts";
import { byteRate } from "./byte-rate.ts";
import { type PlacedRule, filterFlags, rulesInOrder } from "./filter-flags.ts";

const command = defineCommand({
  summary: "",
  examples: [],
  flags: filterFlags,
  positionals: {},
  run: () => Promise.resolve({}),
  render: () => "",
});

function takes(path: string, ...words: string[]): boolean {
  const input = parseCommand(command, { path: ["s3"], words, afterDashes: undefined });
  return nameFilter(rulesInOrder(input as { exclude: PlacedRule[]; include: PlacedRule[] }))(path);
}

test("--exclude and --include count in the order in which they were typed", () => {
  assert.ok(takes("a.jpg", "--exclude", "*", "--include", "*.jpg"));
  assert.ok(!takes("a.jpg", "--include", "*.jpg", "--exclude=*"));
  assert.ok(takes("a.jpg", "--exclude", "*", "--include", "*.jpg", "--exclude", "*.png"));
});

test("a rate has a unit, and is not so small that nothing moves", () => {
  assert.equal(byteRate("100MiB/s"), 100 * 2 ** 20);
  assert.equal(byteRate("1.5GB/s"), 1.5e9);
  for (const wrong of ["100", "100MiB", "0MiB/s", "0.1KiB/s", "fast", "-1MB/s"]) {
    assert.throws(() => byteRate(wrong), { code: "USAGE" }, wrong);
  }
});
