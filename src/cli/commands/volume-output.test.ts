import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleVolume } from "../../../test/support/example-volume.ts";
import { tagKeys } from "../../tags.ts";
import { volumeCard, volumeOutput, volumeTable } from "./volume-output.ts";

const attachment = {
  instanceId: "i-0123456789abcdef0",
  device: "/dev/sdf",
  state: "attached",
  deleteOnTermination: false,
};

test("a volume is printed with units in its keys and null for what does not apply", () => {
  const volume = exampleVolume({ type: "gp2", iops: 1_500, throughputMiBps: undefined });

  assert.deepEqual(volumeOutput({ ...volume, attachments: [attachment] }, "eu-west-1"), {
    volumeId: "vol-0123456789abcdef0",
    name: null,
    sizeGiB: 500,
    type: "gp2",
    iops: 1_500,
    throughputMiBps: null,
    zone: "us-east-1a",
    state: "available",
    encrypted: true,
    multiAttach: false,
    snapshotId: null,
    attachments: [{ instanceId: "i-0123456789abcdef0", device: "/dev/sdf", state: "attached" }],
    tags: { [tagKeys.managed]: "true" },
    createdAt: "2026-11-23T12:00:00.000Z",
    priceUsdPerMonth: null,
  });
});

const source = { [tagKeys.source]: "s3://bucket/" };

for (const [tags, holds] of [
  [{ ...source, [tagKeys.manifest]: "0123" }, "warm: s3://bucket/"],
  [{ ...source, [tagKeys.unfinished]: "true" }, "not all of s3://bucket/ yet"],
  [{ ...source, [tagKeys.progress]: "41% 41/100 objects" }, "not all of s3://bucket/ yet"],
  [{ ...source, [tagKeys.progress]: "100% 9/9 objects verified" }, "s3://bucket/, written since"],
  [{ [tagKeys.blank]: "true" }, "nothing yet"],
  [{ [tagKeys.role]: "checkpoint" }, "checkpoint"],
  [{}, "unknown"],
] as const) {
  test(`a volume with the tags ${Object.keys(tags).join(", ") || "of nobody"} holds: ${holds}`, () => {
    const volume = volumeOutput(exampleVolume({ tags }), "us-east-1");

    assert.ok(volumeTable([volume]).includes(holds));
    assert.ok(volumeCard(volume).includes(holds));
  });
}
