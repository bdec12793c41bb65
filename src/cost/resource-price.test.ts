import assert from "node:assert/strict";
import { test } from "node:test";
import { instancePriceUsdPerHour, volumePriceUsdPerMonth } from "./resource-price.ts";

const rows = [
  ["gp3", 500, 3_000, 125, 40],
  ["gp3", 500, 4_000, 1_000, 80],
  ["gp2", 100, 300, undefined, 10],
  ["io2", 1_000, 3_000, undefined, 320],
  ["io2", 1_000, 100_000, undefined, 4_813],
  ["io1", 100, 1_000, undefined, 77.5],
  ["st1", 500, undefined, undefined, 22.5],
] as const;

for (const [type, sizeGiB, iops, throughputMiBps, usd] of rows) {
  test(`${sizeGiB} GiB of ${type} with ${iops} IOPS cost ${usd} dollars a month`, () => {
    const volume = { type, sizeGiB, iops, throughputMiBps };
    assert.equal(volumePriceUsdPerMonth(volume, "us-east-1"), usd);
  });
}

test("a price that the table does not have is not guessed", () => {
  const volume = { type: "gp3", sizeGiB: 1, iops: 3_000, throughputMiBps: 125 };
  assert.equal(volumePriceUsdPerMonth(volume, "eu-west-1"), undefined);
  assert.equal(volumePriceUsdPerMonth({ ...volume, type: "toString" }, "us-east-1"), undefined);
  assert.equal(instancePriceUsdPerHour("c5.2xlarge", "eu-west-1"), undefined);
  assert.equal(instancePriceUsdPerHour("c5.2xlarge", "us-east-1"), 0.34);
});
