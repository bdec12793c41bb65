import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseFillerTypes, volumeRateMiBps } from "./choose-filler-types.ts";

const types = [
  { name: "small", ebsBaselineMiBps: 77, networkBaselineMiBps: 89 },
  { name: "slow-network", ebsBaselineMiBps: 300, networkBaselineMiBps: 60 },
  { name: "middle", ebsBaselineMiBps: 274, networkBaselineMiBps: 298 },
  { name: "large", ebsBaselineMiBps: 1_132, networkBaselineMiBps: 1_430 },
  { name: "unpublished", ebsBaselineMiBps: undefined, networkBaselineMiBps: undefined },
];
const gp3 = (throughputMiBps: number) => ({ type: "gp3", iops: 3_000, throughputMiBps });

test("the cheapest type that keeps up with the volume comes first", () => {
  assert.equal(chooseFillerTypes(gp3(125), types)[0], "middle");
  assert.equal(
    chooseFillerTypes({ type: "standard", iops: undefined, throughputMiBps: 60 }, types)[0],
    "small",
  );
});

test("types that do not keep up follow as a fallback, the fastest first", () => {
  assert.deepEqual(chooseFillerTypes(gp3(1_000), types), [
    "large",
    "middle",
    "small",
    "slow-network",
    "unpublished",
  ]);
});

for (const [type, iops, rate] of [
  ["io2", 3_000, 750],
  ["io2", 100_000, 4_000],
  ["io1", 64_000, 1_000],
  ["gp2", 300, 250],
  ["st1", undefined, 500],
] as const) {
  test(`${type} with ${iops} IOPS takes ${rate} MiB/s`, () => {
    assert.equal(volumeRateMiBps({ type, iops, throughputMiBps: undefined }), rate);
  });
}
