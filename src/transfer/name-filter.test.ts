import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type FilterRule, nameFilter, objectFilter } from "./name-filter.ts";

const include = (pattern: string): FilterRule => ({ kind: "include", pattern });
const exclude = (pattern: string): FilterRule => ({ kind: "exclude", pattern });
const matches = (pattern: string, path: string) => !nameFilter([exclude(pattern)])(path);

test("filters: all take part, and the last rule that matches wins, as with aws s3", () => {
  assert.ok(nameFilter([])("any/file"));
  const pictures = nameFilter([exclude("*"), include("*.jpg"), exclude("raw/*")]);
  assert.deepEqual(["a.jpg", "b/c.jpg", "a.png", "raw/a.jpg"].map(pictures), [
    true,
    true,
    false,
    false,
  ]);
  assert.equal(nameFilter([include("*.jpg"), exclude("*")])("a.jpg"), false);
});

test("a rule for a.txt is one for the object a.txt.zst as well, and the last of either name wins", () => {
  const texts = objectFilter([exclude("*"), include("*.txt")]);
  assert.deepEqual(["a.txt", "a.txt.zst", "a.zst", ".zst"].map(texts), [true, true, false, false]);
  assert.equal(objectFilter([exclude("*.txt")])("a.txt.zst"), false);
  const frames = objectFilter([exclude("*"), include("*.zst"), exclude("b.txt")]);
  assert.deepEqual(["a.txt.zst", "b.txt.zst", "a.txt"].map(frames), [true, false, false]);
});

const cases: [pattern: string, path: string, matches: boolean][] = [
  ["*", "a/b/c", true],
  ["*.txt", "a/b.txt", true],
  ["a?c", "a/c", true],
  ["a?c", "ac", false],
  ["?", "😀", true],
  ["[a-c]x", "bx", true],
  ["[!a-c]x", "bx", false],
  ["[]]", "]", true],
  ["[a-]", "-", true],
  ["[", "[", true],
  ["a[", "a[", true],
  ["a.b", "aXb", false],
  ["", "", true],
  ["**", "x", true],
  ["*a*b", "xaxxb", true],
  ["*a*b", "xaxxbc", false],
];

for (const [pattern, path, expected] of cases) {
  test(`filters: '${pattern}' ${expected ? "matches" : "does not match"} '${path}'`, () => {
    assert.equal(matches(pattern, path), expected);
  });
}

test("filters: a glob says the same as the regular expression that it stands for", () => {
  const piece = fc.constantFrom("*", "?", "a", "b", "/", ".");
  const pattern = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
  const path = fc.array(fc.constantFrom("a", "b", "/", "."), { maxLength: 10 });
  fc.assert(
    fc.property(pattern, path, (glob, names) => {
      const source = glob.replaceAll(".", "\\.").replaceAll("*", "[^]*").replaceAll("?", "[^]");
      const text = names.join("");
      assert.equal(matches(glob, text), new RegExp(`^${source}$`, "u").test(text));
    }),
  );
});

test("filters: a pattern of many stars takes no more time than its length times that of the path", () => {
  assert.equal(matches("*a".repeat(200) + "b", "a".repeat(1_000)), false);
});
