import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFillProgress } from "./fill-progress.ts";

for (const [text, progress] of [
  ["41% 4100/10000 objects", { done: 4100, total: 10_000 }],
  ["100% 10000/10000 objects verified", { done: 10_000, total: 10_000 }],
  ["4100 objects", { done: 4100, total: undefined }],
  ["starting", undefined],
  [undefined, undefined],
] as const) {
  test(`'${text}' is read`, () => assert.deepEqual(parseFillProgress(text), progress));
}
