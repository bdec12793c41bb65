import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { compareKeys } from "../key-order.ts";
import { type AskForPage, listSection, usualDivision } from "./list-sections.ts";
import type { ListedObject } from "./listing-page.ts";

/** ListObjectsV2 over these keys; a page has at most `pageKeys` keys and common prefixes. */
function lister(keys: readonly string[], pageKeys: number) {
  const sorted = keys.toSorted(compareKeys);
  const asked: Record<string, string>[] = [];
  const ask: AskForPage = (query) => {
    asked.push(query);
    const { prefix = "", delimiter } = query;
    const after = query["continuation-token"] ?? query["start-after"];
    const names = sorted
      .filter((key) => key.startsWith(prefix))
      .map((key) => {
        const slash = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
        return slash < 0 ? key : key.slice(0, slash + 1);
      });
    const left = [...new Set(names)].filter((name) => !after || compareKeys(name, after) > 0);
    const page = left.slice(0, pageKeys);
    const isPrefix = (name: string) =>
      delimiter !== undefined && name.slice(prefix.length).includes("/");
    return Promise.resolve({
      objects: page.filter((name) => !isPrefix(name)).map(listed),
      prefixes: page.filter(isPrefix),
      nextToken: left.length > page.length ? page.at(-1) : undefined,
    });
  };
  return { ask, asked, sorted };
}

const listed = (key: string): ListedObject => ({ key, sizeBytes: 1, etag: "", modifiedMs: 0 });

async function keysOf(pages: AsyncIterable<ListedObject[]>): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of pages) keys.push(...page.map(({ key }) => key));
  return keys;
}

const names = fc.constantFrom("a", "b", "ab", "a!", "\u{1F600}", "\uFFFD", "");
const key = fc.array(names, { minLength: 1, maxLength: 4 }).map((path) => `k${path.join("/")}`);

test("a listing that is divided anywhere has every key once, in S3's order", async () => {
  const keys = fc.uniqueArray(key, { maxLength: 80 });
  const small = fc.integer({ min: 1, max: 4 });
  await fc.assert(
    fc.asyncProperty(
      keys,
      small,
      small,
      small,
      async (all, pageKeys, sectionsAtOnce, pagesAhead) => {
        const { ask, sorted } = lister(all, pageKeys);
        const division = { ask, sectionsAtOnce, pagesAhead, worthwhileKeys: 1 };

        assert.deepEqual(await keysOf(listSection(division, { prefix: "" })), sorted);
      },
    ),
    { numRuns: 300 },
  );
});

const many = (directories: number, each: number) =>
  Array.from({ length: directories * each }, (_, index) => {
    const directory = String(Math.floor(index / each)).padStart(5, "0");
    return `${directory}/${String(index % each).padStart(5, "0")}`;
  });

test("large directories are listed side by side, small ones in one go", async () => {
  const usual = { sectionsAtOnce: 4, pagesAhead: 2, worthwhileKeys: 5 };
  const large = lister(many(5, 60), 10);
  const small = lister(many(200, 2), 10);
  const start = { prefix: "" };

  assert.deepEqual(await keysOf(listSection({ ...large, ...usual }, start)), large.sorted);
  assert.deepEqual(await keysOf(listSection({ ...small, ...usual }, start)), small.sorted);

  const sections = new Set(large.asked.map(({ prefix }) => prefix));
  assert.equal(sections.size, 6, [...sections].join(" "));
  assert.ok(small.asked.length <= 41, `${small.asked.length} requests for 40 pages`);
});

test("a failure of a section that is listed ahead is thrown when its turn has come", async () => {
  const { ask } = lister(many(4, 60), 10);
  const division = { sectionsAtOnce: 4, pagesAhead: 2, worthwhileKeys: 5 };
  const failing: AskForPage = (query) =>
    query["prefix"] === "00002/" ? Promise.reject(new Error("refused")) : ask(query);
  const keys: string[] = [];

  await assert.rejects(async () => {
    const start = { prefix: "" };
    for await (const page of listSection({ ask: failing, ...division }, start)) {
      keys.push(...page.map((one) => one.key));
    }
  }, /refused/);

  assert.equal(keys.length, 120);
});

const always: AskForPage = () =>
  Promise.resolve({ objects: [], prefixes: [], nextToken: "the same" });

test("a listing that comes to the same page again is an error", async () => {
  const keys = keysOf(listSection({ ask: always, ...usualDivision }, { prefix: "" }));

  await assert.rejects(keys, { code: "AWS_ERROR", message: /the same page/ });
});
