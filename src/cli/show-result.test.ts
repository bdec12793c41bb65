import assert from "node:assert/strict";
import { test } from "node:test";
import type { Context } from "./context.ts";
import { defineCommand } from "./define-command.ts";
import { describeResult, requireJmespath } from "./show-result.ts";

const list = defineCommand({
  summary: "",
  examples: [],
  flags: {},
  positionals: {},
  run: () => Promise.resolve({ items: [{ id: "a" }, { id: "b" }] }),
  render: ({ items }) => items.map(({ id }) => id).join("\n"),
});

const show = async (options: { output: "text" | "json"; query?: string }) => {
  const context = { options: { query: undefined, ...options } } as Context;
  return describeResult(list, { items: [{ id: "a" }, { id: "b" }] }, context);
};

test("a result is text, JSON, or what a query finds in the JSON", async () => {
  assert.equal(await show({ output: "text" }), "a\nb");
  assert.deepEqual(JSON.parse(await show({ output: "json" })), {
    items: [{ id: "a" }, { id: "b" }],
  });
  assert.deepEqual(JSON.parse(await show({ output: "text", query: "items[].id" })), ["a", "b"]);
});

test("a word that a query finds is bare for a shell, and quoted in JSON", async () => {
  assert.equal(await show({ output: "text", query: "items[0].id" }), "a");
  assert.equal(await show({ output: "json", query: "items[0].id" }), '"a"');
});

test("a query that does not fit this result is not called a slip in its spelling", async () => {
  await assert.rejects(show({ output: "json", query: "length(objects)" }), {
    code: "USAGE",
    message: /^--query 'length\(objects\)' does not fit the result/,
  });
});

test("a query that can find nothing in any result is refused before the command runs", async () => {
  for (const query of ["items[", "nosuch(@)", ""]) {
    await assert.rejects(requireJmespath(query), { code: "USAGE" });
  }
  await requireJmespath("length(items)");
});
