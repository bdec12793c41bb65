import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal, startTestEc2, testZone } from "../../../test/support/ec2.ts";

test("a snapshot is pending, then completed, and volumes can be made from it", async (t) => {
  const { ops, volume, idle, backend } = await startTestEc2(t);
  backend.captureSnapshot = () => Promise.resolve({ writtenBytes: 4_096 });
  const VolumeId = await volume(8);

  const { SnapshotId = "", State } = await ops.CreateSnapshot({ VolumeId, Description: "before" });
  assert.equal(State, "pending");
  await idle();
  assert.partialDeepStrictEqual(ops.DescribeSnapshots({ OwnerIds: ["self"] }).Snapshots, [
    {
      SnapshotId,
      State: "completed",
      Progress: "100%",
      VolumeSize: 8,
      FullSnapshotSizeInBytes: 4_096,
    },
  ]);

  const restored = ops.CreateVolume({ AvailabilityZone: testZone, SnapshotId });
  assert.partialDeepStrictEqual(restored, { SnapshotId, Size: 8 });
  const smaller = { AvailabilityZone: testZone, SnapshotId, Size: 7 };
  assert.equal(
    refusal(() => ops.CreateVolume(smaller)),
    "InvalidParameterValue",
  );
});

test("no volume is made from a pending snapshot", async (t) => {
  const { ops, volume, clock } = await startTestEc2(t, { timeScale: 1 });
  const making = volume();
  await clock.advance(60_000);
  const { SnapshotId = "" } = await ops.CreateSnapshot({ VolumeId: await making });

  const create = () => ops.CreateVolume({ AvailabilityZone: testZone, SnapshotId });
  assert.equal(refusal(create), "IncorrectState");
  await clock.advance(30_000);
  assert.equal(create().SnapshotId, SnapshotId);
});

test("a volume has at most five pending snapshots", async (t) => {
  const { ops, volume, clock } = await startTestEc2(t, { timeScale: 1 });
  const making = volume();
  await clock.advance(60_000);
  const VolumeId = await making;
  for (let count = 0; count < 5; count += 1) await ops.CreateSnapshot({ VolumeId });
  await assert.rejects(ops.CreateSnapshot({ VolumeId }), {
    code: "ConcurrentSnapshotLimitExceeded",
  });
});

test("a deleted snapshot is gone, one behind an image stays", async (t) => {
  const { ops, volume, idle } = await startTestEc2(t);
  const { SnapshotId = "" } = await ops.CreateSnapshot({ VolumeId: await volume() });
  await idle();
  await ops.DeleteSnapshot({ SnapshotId });
  await assert.rejects(ops.DeleteSnapshot({ SnapshotId }), { code: "InvalidSnapshot.NotFound" });

  const image = ops.DescribeImages({}).Images?.[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? "";
  await assert.rejects(ops.DeleteSnapshot({ SnapshotId: image }), {
    code: "InvalidSnapshot.InUse",
  });
});

test("a snapshot that failed says so", async (t) => {
  const { ops, volume, idle, backend } = await startTestEc2(t, { mayFail: true });
  backend.captureSnapshot = () => Promise.reject(new Error("no room"));
  await ops.CreateSnapshot({ VolumeId: await volume() });
  await idle();
  assert.equal(ops.DescribeSnapshots({ OwnerIds: ["self"] }).Snapshots?.[0]?.State, "error");
});
