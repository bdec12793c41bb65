import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRange } from "./byte-range.ts";

const cases: Array<
  [text: string | undefined, size: number, expected: [number, number] | undefined]
> = [
  [undefined, 10, undefined],
  ["bytes=0-0", 10, [0, 1]],
  ["bytes=3-", 10, [3, 10]],
  ["bytes=3-99", 10, [3, 10]],
  ["bytes=-4", 10, [6, 10]],
  ["bytes=-99", 10, [0, 10]],
  ["bytes=5-4", 10, undefined],
  ["bytes=0-1,4-5", 10, undefined],
  ["lines=0-1", 10, undefined],
  ["bytes=-", 10, undefined],
];

for (const [text, size, expected] of cases) {
  test(`the range ${text ?? "that is not there"} of ${size} bytes is ${String(expected)}`, () => {
    const range = parseRange(text, size);
    assert.deepEqual(range && [range.start, range.end], expected);
  });
}

test("a range without a byte of the object is InvalidRange", () => {
  for (const [text, size] of [
    ["bytes=10-", 10],
    ["bytes=-0", 10],
    ["bytes=0-", 0],
    ["bytes=-5", 0],
  ] as const) {
    assert.throws(() => parseRange(text, size), { code: "InvalidRange", status: 416 });
  }
});
