import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, digits, time, usd, usdInDetail } from "./quantities.ts";

test("numbers have the digits that help to compare", () => {
  const money = [0, 0.0024, 0.053, 0.4, 0.996, 11.4, 999.5, 1_234.5];
  assert.deepEqual(money.map(usd), [
    "0",
    "0.0024",
    "0.053",
    "0.40",
    "1.00",
    "11.40",
    "999.50",
    "1,235",
  ]);
  assert.deepEqual([0, 0.0024321, 37.2529, 1_660.1].map(usdInDetail), [
    "0",
    "0.002432",
    "37.25",
    "1660",
  ]);
  assert.deepEqual([500e9, 10_485_760_000, 999, 2.5e12].map(bytes), [
    "500 GB",
    "10.5 GB",
    "999 B",
    "2.5 TB",
  ]);
  assert.deepEqual([0, 0.001, 0.1343, 1.87, 250].map(time), [
    "0",
    "3.6 s",
    "8.1 min",
    "1.9 h",
    "250 h",
  ]);
  assert.deepEqual([1_281_167, 98.34, 0.1667, Infinity].map(digits), [
    "1,281,167",
    "98.3",
    "0.167",
    "never",
  ]);
});
