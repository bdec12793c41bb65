import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName, parseReference } from "./resource-reference.ts";

test("both lengths of AWS ids are ids", () => {
  for (const id of ["vol-0123abcd", "vol-0123456789abcdef0"])
    assert.deepEqual(parseReference("volume", id), { by: "id", id });
});

test("anything else of a name's characters is a name", () => {
  for (const name of ["data", "imagenet-1k", "v1.2_b", "i", "voluminous", "x".repeat(64)])
    assert.deepEqual(parseReference("volume", name), { by: "name", name });
});

for (const word of [
  "vol-",
  "vol-xyz",
  "vol-0123ABCD",
  "vol-0123abcd0",
  "vol-0123abcd ",
  "snap-1",
]) {
  test(`'${word}' is refused as a malformed id`, () => {
    assert.throws(() => parseReference("volume", word), { code: "INVALID_ID" });
  });
}

test("the id of another kind is refused by name", () => {
  assert.throws(() => parseReference("volume", "i-0123456789abcdef0"), {
    code: "INVALID_ID",
    message: "'i-0123456789abcdef0' is the id of an instance, not of a volume",
  });
});

for (const word of [
  "",
  "a b",
  "a/b",
  "x".repeat(65),
  "ü",
  "list",
  "pre-warm",
  "vol-data",
  "i-am",
]) {
  test(`'${word}' cannot be a name`, () => {
    assert.throws(() => parseName(word), { code: "USAGE" });
  });
}
