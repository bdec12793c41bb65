import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { startTestBucket } from "../../../../test/support/bucket.ts";
import type { Context } from "../../context.ts";
import { list } from "./list.ts";

async function run(t: TestContext, options: Partial<Context["options"]>, prefix = "") {
  const place = await startTestBucket(t);
  const { aws, bucket } = place;
  for (const key of ["a", "b\n"]) await place.put(key, "12345");
  const printed: string[] = [];
  const hints: string[] = [];
  const context = {
    options,
    aws: () => Promise.resolve(aws),
    hint: (text: string) => void hints.push(text),
    print: (text: string) => void printed.push(text),
    signal: new AbortController().signal,
  } as unknown as Context;
  const result = await list.run({ source: { bucket, key: prefix } }, context);
  return { printed: printed.join(""), hints, items: result.items };
}

test("s3 list prints each page as it comes, and keeps none", async (t) => {
  const { printed, items } = await run(t, { output: "table" });

  assert.match(printed, /^\d{4}-\S+ +5  a\n\d{4}-\S+ +5  "b\\n"\n$/);
  assert.deepEqual(items, []);
});

test("s3 list says that there is nothing, and leaves stdout empty", async (t) => {
  const { printed, hints } = await run(t, { output: "table" }, "nothing/");

  assert.equal(printed, "");
  assert.match(hints.join("\n"), /^there are no objects below s3:\/\/[\w-]+\/nothing\/$/);
});

test("s3 list gives JSON and --query all items at once", async (t) => {
  const { printed, items } = await run(t, { output: "json" });
  const queried = await run(t, { output: "text", query: "items[0].key" });

  assert.equal(printed, "");
  assert.deepEqual(
    items.map(({ key }) => key),
    ["a", "b\n"],
  );
  assert.equal(queried.items.length, 2);
});
