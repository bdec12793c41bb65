import assert from "node:assert/strict";
import { test } from "node:test";
import { pages } from "./pages.ts";

test("every page is asked for by the token of the one before, and none after the last", async () => {
  const listing = [
    { items: ["a", "b"], NextToken: "1" },
    { items: [], NextToken: "2" },
    { items: ["c"], NextToken: "" },
  ];
  const asked: object[] = [];

  const found: string[] = [];
  for await (const { items } of pages(async (next) => listing[asked.push(next) - 1]!))
    found.push(...items);

  assert.deepEqual(found, ["a", "b", "c"]);
  assert.deepEqual(asked, [{}, { NextToken: "1" }, { NextToken: "2" }]);
});
