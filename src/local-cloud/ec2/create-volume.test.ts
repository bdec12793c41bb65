import assert from "node:assert/strict";
import { test } from "node:test";
import { apiErrorOf, refusal, startTestEc2, testZone } from "../../../test/support/ec2.ts";

const request = { AvailabilityZone: testZone, Size: 8, VolumeType: "gp3" } as const;

test("a volume is creating, then available, and then gone", async (t) => {
  const { ops, backend, idle } = await startTestEc2(t);

  const { VolumeId = "", State } = ops.CreateVolume(request);
  assert.equal(State, "creating");
  await idle();
  assert.equal(ops.DescribeVolumes({ VolumeIds: [VolumeId] }).Volumes?.[0]?.State, "available");
  assert.deepEqual(backend.disks(), [VolumeId]);

  ops.DeleteVolume({ VolumeId });
  assert.equal(ops.DescribeVolumes({}).Volumes?.[0]?.State, "deleting");
  await idle();
  assert.equal(
    refusal(() => ops.DescribeVolumes({ VolumeIds: [VolumeId] })),
    "InvalidVolume.NotFound",
  );
  assert.deepEqual(backend.disks(), []);
});

test("with time scale 1 a volume takes as long as on AWS", async (t) => {
  const { ops, clock } = await startTestEc2(t, { timeScale: 1 });
  ops.CreateVolume(request);

  await clock.advance(4_999);
  assert.equal(ops.DescribeVolumes({}).Volumes?.[0]?.State, "creating");
  await clock.advance(1);
  assert.equal(ops.DescribeVolumes({}).Volumes?.[0]?.State, "available");
});

test("the same client token gives the same volume, and other parameters are refused", async (t) => {
  const { ops } = await startTestEc2(t);
  const first = ops.CreateVolume({ ...request, ClientToken: "once" });
  const second = ops.CreateVolume({ ClientToken: "once", ...request });

  assert.equal(second.VolumeId, first.VolumeId);
  assert.equal(ops.DescribeVolumes({}).Volumes?.length, 1);
  assert.equal(
    refusal(() => ops.CreateVolume({ ...request, Size: 9, ClientToken: "once" })),
    "IdempotentParameterMismatch",
  );
  assert.notEqual(ops.CreateVolume(request).VolumeId, first.VolumeId);
});

test("a dry run checks the parameters and changes nothing", async (t) => {
  const { ops } = await startTestEc2(t);

  const dryRun = apiErrorOf(() => ops.CreateVolume({ ...request, DryRun: true }));
  assert.deepEqual([dryRun.code, dryRun.status], ["DryRunOperation", 412]);
  const wrong = { ...request, Size: 0, DryRun: true };
  assert.equal(
    refusal(() => ops.CreateVolume(wrong)),
    "InvalidParameterValue",
  );
  assert.deepEqual(ops.DescribeVolumes({}).Volumes, []);
});

test("the zone is named by name or id, not by both", async (t) => {
  const { ops } = await startTestEc2(t);

  const volume = ops.CreateVolume({ AvailabilityZoneId: "use1-az4", Size: 8 });
  assert.equal(volume.AvailabilityZone, "us-east-1a");
  const both = { ...request, AvailabilityZoneId: "use1-az4" };
  assert.equal(
    refusal(() => ops.CreateVolume(both)),
    "InvalidParameterCombination",
  );
  assert.equal(
    refusal(() => ops.CreateVolume({ ...request, AvailabilityZone: "us-east-1z" })),
    "InvalidZone.NotFound",
  );
  assert.equal(
    refusal(() => ops.CreateVolume({ Size: 8 })),
    "MissingParameter",
  );
});

test("a volume id of the wrong form is another error than one that does not exist", async (t) => {
  const { ops } = await startTestEc2(t);
  const describe = (id: string) => refusal(() => ops.DescribeVolumes({ VolumeIds: [id] }));

  assert.equal(describe("vol-0123456789abcdef0"), "InvalidVolume.NotFound");
  assert.equal(describe("vol-01234567"), "InvalidVolume.NotFound");
  assert.equal(describe("vol-1"), "InvalidParameterValue");
  assert.equal(describe("snap-0123456789abcdef0"), "InvalidParameterValue");
});

test("a volume whose disk was not made yet when the server died is made after the restart", async (t) => {
  const before = await startTestEc2(t);
  const { VolumeId = "" } = before.ops.CreateVolume(request);
  // What the store holds after a kill between the row and the disk.
  const killed = { ...before.store.table<object>("ec2-volumes").get(VolumeId), state: "creating" };
  await before.idle();
  await before.ec2.stop();
  await before.backend.deleteDisk(VolumeId);
  before.store.table("ec2-volumes").put(VolumeId, killed);

  const after = await before.restart();
  await after.idle();
  assert.equal(after.ops.DescribeVolumes({}).Volumes?.[0]?.State, "available");
  assert.deepEqual(after.backend.disks(), [VolumeId]);
});

test("with encryption by default every new volume is encrypted", async (t) => {
  const { ops } = await startTestEc2(t);
  ops.EnableEbsEncryptionByDefault({});

  const volume = ops.CreateVolume(request);

  assert.equal(volume.Encrypted, true);
  assert.match(volume.KmsKeyId ?? "", /:alias\/aws\/ebs$/);
  ops.DisableEbsEncryptionByDefault({});
  assert.equal(ops.CreateVolume(request).Encrypted, false);
});
