import assert from "node:assert/strict";
import { test } from "node:test";
import { inKeyOrder } from "./in-key-order.ts";
import type { ListedObject } from "./listing-page.ts";

async function* pagesOf(pages: readonly string[][]): AsyncGenerator<ListedObject[]> {
  for (const keys of pages) {
    yield await Promise.resolve(
      keys.map((key) => ({ key, sizeBytes: 1, etag: "", modifiedMs: 0 })),
    );
  }
}

async function keysOf(pages: readonly string[][]): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of inKeyOrder(pagesOf(pages), "p/")) {
    keys.push(...page.map(({ key }) => key));
  }
  return keys;
}

test("a listing out of order, with a key twice or of another prefix is an error", async () => {
  assert.deepEqual(await keysOf([["p/"], [], ["p/\uFFFD", "p/\u{1F600}"]]), [
    "p/",
    "p/\uFFFD",
    "p/\u{1F600}",
  ]);
  for (const pages of [
    [["p/b", "p/a"]],
    [["p/b"], ["p/a"]],
    [["p/a", "p/a"]],
    [["p/a"], ["p/a"]],
    [["q/a"]],
    [["p"]],
  ]) {
    await assert.rejects(keysOf(pages), { code: "AWS_ERROR" });
  }
});
