import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { nameFilter } from "../../../transfer/name-filter.ts";
import { defineCommand } from "../../define-command.ts";
import { parseCommand } from "../../parse-command.ts";
import { byteRate } from "./byte-rate.ts";
import { filterFlags, rulesInOrder } from "./filter-flags.ts";

const command = defineCommand({
  summary: "",
  examples: [],
  flags: filterFlags,
  positionals: {},
  run: () => Promise.resolve({}),
  render: () => "",
});

type Rules = Parameters<typeof rulesInOrder>[0];

function takes(path: string, ...words: string[]): boolean {
  const input = parseCommand(command, { path: ["s3"], words, afterDashes: undefined });
  return nameFilter(rulesInOrder(input as Rules, import.meta.dirname))(path);
}

test("--exclude and --include count in the order in which they were typed", () => {
  assert.ok(takes("a.jpg", "--exclude", "*", "--include", "*.jpg"));
  assert.ok(!takes("a.jpg", "--include", "*.jpg", "--exclude=*"));
  assert.ok(takes("a.jpg", "--exclude", "*", "--include", "*.jpg", "--exclude", "*.png"));
});

for (const [pattern, hint] of [
  ["sub/", "for what is below a directory: 'sub/*'"],
  ["./sub/*", "for what is below a directory: 'sub/*'"],
  ["/sub/*.tmp", "for what is below a directory: 'sub/*.tmp'"],
  ["./", "for what is below a directory: '*'"],
] as const) {
  test(`--exclude '${pattern}' is refused: it would keep nothing from --delete`, () => {
    const message = `--exclude: '${pattern}' matches no file: names have no slash at their ends`;
    assert.throws(() => takes("a", "--exclude", pattern), { code: "USAGE", message, hint });
  });
}

test("so is the name of a directory", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "runctl-filter-"));
  t.after(() => rm(directory, { recursive: true }));
  await mkdir(join(directory, "checkpoints"));
  const rules: Rules = {
    exclude: [{ kind: "exclude", pattern: "checkpoints", position: 0 }],
    include: [],
  };

  assert.throws(() => rulesInOrder(rules, directory), {
    code: "USAGE",
    hint: "for what is below it: --exclude 'checkpoints/*'",
  });
});

test("all empty directories have a rule: */", () => {
  assert.ok(!takes("a/b/", "--exclude", "*/"));
});

test("a rate has a unit, and is not so small that nothing moves", () => {
  assert.equal(byteRate("100MiB/s"), 100 * 2 ** 20);
  assert.equal(byteRate("1.5GB/s"), 1.5e9);
  for (const wrong of ["100", "100MiB", "0MiB/s", "0.1KiB/s", "fast", "-1MB/s"]) {
    assert.throws(() => byteRate(wrong), { code: "USAGE" }, wrong);
  }
});
