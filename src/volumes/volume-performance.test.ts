import assert from "node:assert/strict";
import { test } from "node:test";
import { type WantedPerformance, volumePerformance } from "./volume-performance.ts";

const gp3 = { type: "gp3", sizeGiB: 500, multiAttach: false } as const;

const allowed: [string, WantedPerformance, number | undefined, number | undefined][] = [
  ["gp3 gets its free baseline", gp3, 3_000, 125],
  ["the smallest gp3 gets the whole baseline", { ...gp3, sizeGiB: 1 }, 3_000, 125],
  [
    "gp3 can have its most from 160 GiB on",
    { ...gp3, sizeGiB: 160, iops: 80_000, throughputMiBps: 2_000 },
    80_000,
    2_000,
  ],
  ["gp2 is sent neither", { ...gp3, type: "gp2" }, undefined, undefined],
  ["st1 is sent neither", { ...gp3, type: "st1" }, undefined, undefined],
  ["a shared io2 gets 3,000", { ...gp3, type: "io2", multiAttach: true }, 3_000, undefined],
  [
    "a small shared io1 gets what its size earns",
    { type: "io1", sizeGiB: 10, multiAttach: true },
    500,
    undefined,
  ],
];

for (const [name, wanted, iops, throughputMiBps] of allowed) {
  test(name, () => assert.deepEqual(volumePerformance(wanted), { iops, throughputMiBps }));
}

const refused: [string, WantedPerformance, string][] = [
  ["a size of 0", { ...gp3, sizeGiB: 0 }, "the nearest is --size 1"],
  ["a gp3 over 64 TiB", { ...gp3, sizeGiB: 70_000 }, "the nearest is --size 65536"],
  ["a small st1", { ...gp3, type: "st1", sizeGiB: 100 }, "the nearest is --size 125"],
  ["too few iops", { ...gp3, iops: 100 }, "the nearest is --iops 3000"],
  [
    "more iops than the size earns",
    { ...gp3, sizeGiB: 10, iops: 6_000 },
    "the nearest is --iops 5000",
  ],
  [
    "more throughput than the iops carry",
    { ...gp3, throughputMiBps: 1_000 },
    "the nearest is --throughput 750",
  ],
  ["iops of gp2", { ...gp3, type: "gp2", iops: 3_000 }, "leave --iops out, or choose --type gp3"],
  [
    "throughput of io2",
    { ...gp3, type: "io2", iops: 3_000, throughputMiBps: 500 },
    "leave --throughput out, or choose --type gp3",
  ],
  ["io2 without iops", { ...gp3, type: "io2" }, "give --iops 100 to 256000 for 500 GiB"],
  [
    "a shared gp3",
    { ...gp3, multiAttach: true },
    "multi-attach needs --type io2 (or io1, in few regions)",
  ],
];

for (const [name, wanted, hint] of refused) {
  test(`${name} is refused with what would be allowed`, () => {
    assert.throws(() => volumePerformance(wanted), { code: "INVALID_VOLUME_SPEC", hint });
  });
}
