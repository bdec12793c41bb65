import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { join, resolve, sep } from "node:path";
import { createCollisionCheck, placeKey } from "./place-key.ts";

const refused: [key: string, reason: RegExp][] = [
  ["../outside", /name '\.\.'/],
  ["a/../../outside", /name '\.\.'/],
  ["a/./b", /name '\.'/],
  ["/etc/passwd", /absolute/],
  ["a//b", /empty name/],
  ["", /empty name/],
  ["a\0b", /NUL/],
  [`${"n".repeat(256)}/b`, /255 bytes/],
  ["ü".repeat(128), /255 bytes/],
  [Array(400).fill("directory").join("/"), /too long/],
  [".runctl/manifest", /runctl uses/],
  [".runctl-journal", /runctl uses/],
  ["a/.runctl-0123456789abcdef.part", /runctl uses/],
];

for (const [key, reason] of refused) {
  test(`the key ${JSON.stringify(key.slice(0, 40))} is refused`, () => {
    const placement = placeKey(key, 1);
    assert.equal(placement.kind, "refused");
    assert.match(placement.kind === "refused" ? placement.reason : "", reason);
  });
}

test("a key that ends in a slash is a directory, unless it has content", () => {
  assert.deepEqual(placeKey("a/b/", 0), { kind: "directory", path: "a/b" });
  assert.equal(placeKey("a/b/", 1).kind, "refused");
});

test("names that only look dangerous are files", () => {
  for (const key of ["..a", "a..", "...", "a\\..\\b", "-rf", "a b", "con", "~", "\u202e"]) {
    assert.deepEqual(placeKey(key, 1), { kind: "file", path: key });
  }
});

test("whatever the key is, its path stays below the directory", () => {
  const names = fc.constantFrom("..", ".", "", "a", "b\0", "\\", "...");
  // fast-check's own unit "binary" takes a second and a half to be made.
  const unit = fc.integer({ min: 0, max: 0xff_ff }).map((code) => String.fromCharCode(code));
  fc.assert(
    fc.property(fc.array(names, { maxLength: 6 }), fc.string({ unit }), (parts, text) => {
      const placement = placeKey([...parts, text].join("/"), 0);
      if (placement.kind === "refused") return;
      const path = resolve(join("/target", placement.path));
      assert.ok(path.startsWith(`/target${sep}`), path);
    }),
  );
});

test("a key below another key is refused, also when others stand between them", () => {
  const check = createCollisionCheck();
  const kinds = ["a", "a!", "a!/x", "a-b", "a/", "a/b", "a/b/c", "ab", "b/c", "b/c/d"].map(
    (key) => [key, check.place(placeKey(key, 0)).kind] as const,
  );

  assert.deepEqual(
    kinds.filter(([, kind]) => kind === "refused").map(([key]) => key),
    ["a!/x", "a/", "a/b", "a/b/c", "b/c/d"],
  );
});
