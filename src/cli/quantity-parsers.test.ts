import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { byteRate, byteSize, monthlyRate } from "./quantity-parsers.ts";

test("a GB is 10^9 bytes and a GiB is 2^30", () => {
  assert.equal(byteSize("500GB"), 500e9);
  assert.equal(byteSize("500GiB"), 500 * 2 ** 30);
  assert.equal(byteSize("1.5 TB"), 1.5e12);
  assert.equal(byteSize("0B"), 0);
});

for (const word of [
  "500",
  "500G",
  "500gb",
  "500Gb",
  "GB",
  "-1GB",
  "500GB/s",
  "1e3GB",
  "5constructor",
]) {
  test(`the size ${word} is refused`, () => {
    assert.throws(() => byteSize(word), { code: "USAGE" });
  });
}

test("a rate is bytes a second; bits and bare numbers are refused", () => {
  assert.equal(byteRate("4GB/s"), 4e9);
  assert.throws(() => byteRate("4GB"), { code: "USAGE" });
  assert.throws(() => byteRate("2.5Gbit/s"), { code: "USAGE" });
});

test("restarts are counted in a month of 30 days, and need their unit", () => {
  assert.equal(monthlyRate("30/month"), 30);
  assert.equal(monthlyRate("1/day"), 30);
  assert.equal(monthlyRate("0.5/hour"), 360);
  assert.throws(() => monthlyRate("30"), { code: "USAGE" });
  assert.throws(() => monthlyRate("30/year"), { code: "USAGE" });
});

test("each unit is a thousand, or 1,024, times the one before", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9_000 }), (count) => {
      for (const [small, large] of [
        ["kB", "MB"],
        ["MB", "GB"],
        ["GB", "TB"],
      ])
        assert.equal(byteSize(`${count}${large}`), byteSize(`${count * 1_000}${small}`));
      for (const [small, large] of [
        ["KiB", "MiB"],
        ["MiB", "GiB"],
        ["GiB", "TiB"],
      ])
        assert.equal(byteSize(`${count}${large}`), byteSize(`${count * 1_024}${small}`));
    }),
  );
});
