import assert from "node:assert/strict";
import { test } from "node:test";
import { startTestEc2, refusal, testZone } from "../../../test/support/ec2.ts";

const allowed = [
  [
    { VolumeType: "gp3", Size: 1 },
    { Iops: 3_000, Throughput: 125 },
  ],
  [
    { VolumeType: "gp3", Size: 160, Iops: 80_000 },
    { Iops: 80_000, Throughput: 125 },
  ],
  [{ VolumeType: "gp3", Size: 16, Iops: 8_000, Throughput: 2_000 }, { Throughput: 2_000 }],
  [{ VolumeType: "gp3", Size: 65_536 }, { Size: 65_536 }],
  [{ Size: 10 }, { VolumeType: "gp2", Iops: 100 }],
  [{ VolumeType: "gp2", Size: 1_000 }, { Iops: 3_000 }],
  [{ VolumeType: "gp2", Size: 16_384 }, { Iops: 16_000 }],
  [{ VolumeType: "io2", Size: 4, Iops: 4_000 }, { Iops: 4_000 }],
  [{ VolumeType: "io1", Size: 4, Iops: 200 }, { Iops: 200 }],
  [{ VolumeType: "st1", Size: 125 }, { VolumeType: "st1" }],
  [
    { VolumeType: "io2", Size: 8, Iops: 100, MultiAttachEnabled: true },
    { MultiAttachEnabled: true },
  ],
  [{ Size: 1, Encrypted: true }, { KmsKeyId: "arn:aws:kms:us-east-1:123456789012:alias/aws/ebs" }],
] as const;

for (const [request, expected] of allowed) {
  test(`CreateVolume takes ${JSON.stringify(request)}`, async (t) => {
    const { ops } = await startTestEc2(t);
    const volume = ops.CreateVolume({ AvailabilityZone: testZone, ...request });
    assert.partialDeepStrictEqual(volume, expected);
  });
}

const refused = [
  [{ VolumeType: "gp3", Size: 65_537 }, "InvalidParameterValue"],
  [{ VolumeType: "gp3", Size: 0 }, "InvalidParameterValue"],
  [{ VolumeType: "gp3", Size: 159, Iops: 80_000 }, "InvalidParameterValue"],
  [{ VolumeType: "gp3", Size: 500, Iops: 2_999 }, "InvalidParameterValue"],
  [{ VolumeType: "gp3", Size: 500, Throughput: 751 }, "InvalidParameterValue"],
  [{ VolumeType: "gp3", Size: 500, Throughput: 124 }, "InvalidParameterValue"],
  [{ VolumeType: "gp2", Size: 10, Iops: 300 }, "InvalidParameterCombination"],
  [{ VolumeType: "gp2", Size: 10, Throughput: 125 }, "InvalidParameterCombination"],
  [{ VolumeType: "io2", Size: 4 }, "MissingParameter"],
  [{ VolumeType: "io2", Size: 4, Iops: 4_001 }, "InvalidParameterValue"],
  [{ VolumeType: "io1", Size: 4, Iops: 201 }, "InvalidParameterValue"],
  [{ VolumeType: "st1", Size: 124 }, "InvalidParameterValue"],
  [{ VolumeType: "gp4", Size: 8 }, "InvalidParameterValue"],
  [{ VolumeType: "gp3", Size: 8, MultiAttachEnabled: true }, "InvalidParameterCombination"],
  [{ Size: 8, KmsKeyId: "alias/mine" }, "InvalidParameterDependency"],
  [{ Size: 8, Encrypted: true, KmsKeyId: "not a key" }, "InvalidParameterValue"],
  [{ Size: 8, VolumeInitializationRate: 200 }, "InvalidParameterCombination"],
  [{}, "MissingParameter"],
] as const;

for (const [request, code] of refused) {
  test(`CreateVolume refuses ${JSON.stringify(request)} with ${code}`, async (t) => {
    const { ops } = await startTestEc2(t);
    const input = { AvailabilityZone: testZone, ...request } as Parameters<
      typeof ops.CreateVolume
    >[0];
    assert.equal(
      refusal(() => ops.CreateVolume(input)),
      code,
    );
    assert.deepEqual(ops.DescribeVolumes({}).Volumes, []);
  });
}
