import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { DatabaseSync } from "node:sqlite";
import { afterPrefix } from "./key-order.ts";
import { isBefore, listPage } from "./list-page.ts";

/** Few characters, so that prefixes meet; with some that sort differently in UTF-16 and in UTF-8. */
const text = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom("a", "b", "/", "\u{ffff}", "\u{10ffff}", "\u{d7ff}"), { maxLength })
    .map((chars) => chars.join(""));

/** What S3 documents, without any of the shortcuts. */
function expectedListing(keys: readonly string[], prefix: string, delimiter: string): string[] {
  const rolled = keys
    .filter((key) => key.startsWith(prefix))
    .map((key) => {
      const at = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
      return at === -1 ? key : key.slice(0, at + delimiter.length);
    });
  return [...new Set(rolled)].toSorted((a, b) => (isBefore(a, b) ? -1 : 1));
}

function openKeys(keys: readonly string[]) {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE keys (key TEXT PRIMARY KEY) WITHOUT ROWID");
  const insert = database.prepare("INSERT OR IGNORE INTO keys VALUES (?)");
  for (const key of keys) insert.run(key);
  const walk = database.prepare(
    "SELECT key FROM keys WHERE key >= ? AND (? OR key < ?) ORDER BY key",
  );
  return {
    close: () => database.close(),
    walk: function* (this: void, from: string, before: string | undefined) {
      const rows = walk.iterate(from, before === undefined ? 1 : 0, before ?? "");
      for (const row of rows) yield { key: row["key"] as string };
    },
  };
}

test("pages of any size hold what is there, once and in order of UTF-8", () => {
  fc.assert(
    fc.property(
      fc.array(text(6), { maxLength: 30 }),
      text(2),
      fc.constantFrom("", "/", "b", "//"),
      fc.integer({ min: 1, max: 4 }),
      (given, prefix, delimiter, maxKeys) => {
        const keys = given.filter((key) => key !== "");
        const database = openKeys(keys);
        const seen: string[] = [];
        let after: string | undefined;
        for (let more = true; more;) {
          const page = listPage(database.walk, { prefix, delimiter, maxKeys, after });
          const shown = [...page.entries.map(({ key }) => key), ...page.commonPrefixes];
          assert.ok(shown.length <= maxKeys);
          assert.ok(!page.isTruncated || shown.length === maxKeys);
          seen.push(...shown.toSorted((a, b) => (isBefore(a, b) ? -1 : 1)));
          after = page.last;
          more = page.isTruncated;
        }
        assert.deepEqual(seen, expectedListing(keys, prefix, delimiter));
        database.close();
      },
    ),
  );
});

test("exactly the keys with a prefix lie before what comes after it", () => {
  fc.assert(
    fc.property(text(4), text(6), (prefix, key) => {
      const end = afterPrefix(prefix);
      const isBelow = end === undefined || isBefore(key, end);
      assert.equal(key.startsWith(prefix), !isBefore(key, prefix) && isBelow);
    }),
  );
});
