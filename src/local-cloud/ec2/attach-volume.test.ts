import assert from "node:assert/strict";
import { test } from "node:test";
import { apiErrorOf, refusal, spot, startTestEc2 } from "../../../test/support/ec2.ts";

const Device = "/dev/sdf";

test("a volume is attaching, attached, detaching and available again", async (t) => {
  const { ops, launch, volume, idle } = await startTestEc2(t);
  const [InstanceId, VolumeId] = [await launch(), await volume()];
  const see = () => ops.DescribeVolumes({ VolumeIds: [VolumeId] }).Volumes?.[0];

  assert.equal(ops.AttachVolume({ VolumeId, InstanceId, Device }).State, "attaching");
  assert.equal(see()?.State, "in-use");
  await idle();
  assert.partialDeepStrictEqual(see()?.Attachments, [
    { State: "attached", InstanceId, Device, DeleteOnTermination: false },
  ]);

  assert.equal(ops.DetachVolume({ VolumeId }).State, "detaching");
  await idle();
  assert.partialDeepStrictEqual(see(), { State: "available", Attachments: [] });
});

test("a volume of another zone is not attached", async (t) => {
  const { ops, launch, volume } = await startTestEc2(t);
  const VolumeId = await volume();
  const InstanceId = await launch({ Placement: { AvailabilityZone: "us-east-1b" } });

  assert.equal(
    refusal(() => ops.AttachVolume({ VolumeId, InstanceId, Device })),
    "InvalidVolume.ZoneMismatch",
  );
});

test("a volume in use is not attached a second time", async (t) => {
  const { ops, launch, volume } = await startTestEc2(t);
  const [one, two, VolumeId] = [await launch(), await launch(), await volume()];
  ops.AttachVolume({ VolumeId, InstanceId: one, Device });

  const again = (InstanceId: string) =>
    refusal(() => ops.AttachVolume({ VolumeId, InstanceId, Device: "/dev/sdg" }));
  assert.equal(again(two), "VolumeInUse");
  assert.equal(again(one), "VolumeInUse");
  assert.equal(
    refusal(() => ops.DeleteVolume({ VolumeId })),
    "VolumeInUse",
  );
});

test("sdf, /dev/sdf and xvdf are one attachment point", async (t) => {
  const { ops, launch, volume, idle } = await startTestEc2(t);
  const [InstanceId, first, second] = [await launch(), await volume(), await volume()];
  ops.AttachVolume({ VolumeId: first, InstanceId, Device });
  await idle();

  for (const name of ["/dev/sdf", "sdf", "/dev/xvdf", "xvdf"]) {
    const { code, message } = apiErrorOf(() =>
      ops.AttachVolume({ VolumeId: second, InstanceId, Device: name }),
    );
    assert.equal(code, "InvalidParameterValue");
    assert.match(message, /already in use/);
  }
  ops.AttachVolume({ VolumeId: second, InstanceId, Device: "/dev/xvdg" });
});

test("names that EC2 has no device for are refused", async (t) => {
  const { ops, launch, volume } = await startTestEc2(t);
  const [InstanceId, VolumeId] = [await launch(), await volume()];

  for (const name of ["/dev/sdf1", "/dev/nvme1n1", "/dev/xvddy", "f", "/dev/sdff", ""]) {
    assert.equal(
      refusal(() => ops.AttachVolume({ VolumeId, InstanceId, Device: name })),
      "InvalidParameterValue",
      name,
    );
  }
});

test("nothing is attached to an instance that is on its way out", async (t) => {
  const { ops, launch, volume } = await startTestEc2(t);
  const [InstanceId, VolumeId] = [await launch(), await volume()];
  ops.TerminateInstances({ InstanceIds: [InstanceId] });

  assert.equal(
    refusal(() => ops.AttachVolume({ VolumeId, InstanceId, Device })),
    "IncorrectState",
  );
});

test("a volume can be attached to a stopped instance, and is there after its start", async (t) => {
  const { ops, launch, volume, idle } = await startTestEc2(t);
  const [InstanceId, VolumeId] = [await launch(), await volume()];
  ops.StopInstances({ InstanceIds: [InstanceId] });
  await idle();

  ops.AttachVolume({ VolumeId, InstanceId, Device });
  await idle();
  ops.StartInstances({ InstanceIds: [InstanceId] });
  await idle();
  assert.equal(
    ops.DescribeVolumes({ VolumeIds: [VolumeId] }).Volumes?.[0]?.Attachments?.[0]?.State,
    "attached",
  );
});

test("an instance takes as many volumes as its type allows", async (t) => {
  const { ops, launch, volume, idle } = await startTestEc2(t);
  const InstanceId = await launch({ InstanceType: "g4dn.xlarge" });
  const letters = "bcdefghijklmnopqrstuvwxyz".split("");
  let attached = 1;
  for (const letter of letters) {
    const VolumeId = await volume(1);
    const attach = () => ops.AttachVolume({ VolumeId, InstanceId, Device: `/dev/sd${letter}` });
    if (attached === 25) {
      assert.equal(refusal(attach), "AttachmentLimitExceeded");
    } else {
      attach();
      await idle();
      attached += 1;
    }
  }
  assert.equal(attached, 25);
});

test("a mounted volume stays busy until the guest unmounts it", async (t) => {
  const { ops, launch, volume, idle, backend, clock } = await startTestEc2(t);
  const [InstanceId, VolumeId] = [await launch(), await volume()];
  ops.AttachVolume({ VolumeId, InstanceId, Device });
  await idle();
  backend.setMounted(InstanceId, VolumeId, true);
  const see = () => ops.DescribeVolumes({ VolumeIds: [VolumeId] }).Volumes?.[0];

  ops.DetachVolume({ VolumeId });
  await clock.advance(60_000);
  assert.equal(see()?.State, "in-use");
  assert.equal(see()?.Attachments?.[0]?.State, "busy");
  assert.equal(
    refusal(() => ops.DetachVolume({ VolumeId })),
    "IncorrectState",
  );

  backend.setMounted(InstanceId, VolumeId, false);
  await clock.advance(1_000);
  assert.equal(see()?.State, "available");
});

test("force tears a busy volume away", async (t) => {
  const { ops, launch, volume, idle, backend, clock } = await startTestEc2(t);
  const [InstanceId, VolumeId] = [await launch(), await volume()];
  ops.AttachVolume({ VolumeId, InstanceId, Device });
  await idle();
  backend.setMounted(InstanceId, VolumeId, true);
  ops.DetachVolume({ VolumeId });
  await clock.advance(1_000);

  ops.DetachVolume({ VolumeId, Force: true });
  await clock.advance(1_000);
  assert.equal(ops.DescribeVolumes({ VolumeIds: [VolumeId] }).Volumes?.[0]?.State, "available");
});

test("a busy volume is still waited for after a restart of the server", async (t) => {
  const before = await startTestEc2(t);
  const [InstanceId, VolumeId] = [await before.launch(), await before.volume()];
  before.ops.AttachVolume({ VolumeId, InstanceId, Device });
  await before.idle();
  before.backend.setMounted(InstanceId, VolumeId, true);
  before.ops.DetachVolume({ VolumeId });
  await before.clock.advance(1_000);
  await before.ec2.stop();

  const { ops, backend, clock } = await before.restart();
  const state = () => ops.DescribeVolumes({ VolumeIds: [VolumeId] }).Volumes?.[0]?.State;
  await clock.advance(1_000);
  assert.equal(state(), "in-use");
  backend.setMounted(InstanceId, VolumeId, false);
  await clock.advance(1_000);
  assert.equal(state(), "available");
});

test("detaching asks for the right instance and for an attachment", async (t) => {
  const { ops, launch, volume, idle } = await startTestEc2(t);
  const [one, two, VolumeId] = [await launch(), await launch(), await volume()];

  assert.equal(
    refusal(() => ops.DetachVolume({ VolumeId })),
    "IncorrectState",
  );
  ops.AttachVolume({ VolumeId, InstanceId: one, Device });
  await idle();
  assert.equal(
    refusal(() => ops.DetachVolume({ VolumeId, InstanceId: two })),
    "InvalidAttachment.NotFound",
  );
  assert.equal(
    refusal(() => ops.DetachVolume({ VolumeId, Device: "/dev/sdg" })),
    "InvalidAttachment.NotFound",
  );
});

test("the root volume of a running instance stays", async (t) => {
  const { ops, launch } = await startTestEc2(t);
  await launch();
  const VolumeId = ops.DescribeVolumes({}).Volumes?.[0]?.VolumeId ?? "";

  assert.equal(
    refusal(() => ops.DetachVolume({ VolumeId })),
    "OperationNotPermitted",
  );
});

test("a multi-attach volume goes to sixteen Nitro instances and is detached by name", async (t) => {
  const { ops, launch, idle } = await startTestEc2(t);
  const { VolumeId = "" } = ops.CreateVolume({
    AvailabilityZone: "us-east-1a",
    Size: 8,
    VolumeType: "io2",
    Iops: 100,
    MultiAttachEnabled: true,
  });
  const attach = (InstanceId: string) => ops.AttachVolume({ VolumeId, InstanceId, Device });
  const xen = await launch({ InstanceType: "t2.micro" });
  assert.equal(
    refusal(() => attach(xen)),
    "InvalidParameterCombination",
  );
  const ids =
    ops
      .RunInstances({
        ImageId: ops.DescribeInstances({}).Reservations?.[0]?.Instances?.[0]?.ImageId,
        InstanceType: "c5.2xlarge",
        MinCount: 17,
        MaxCount: 17,
        Placement: { AvailabilityZone: "us-east-1a" },
        ...spot,
      })
      .Instances?.map(({ InstanceId = "" }) => InstanceId) ?? [];
  await idle();

  for (const id of ids.slice(0, 16)) attach(id);
  await idle();
  assert.equal(
    refusal(() => attach(ids[16] ?? "")),
    "AttachmentLimitExceeded",
  );
  assert.equal(
    refusal(() => ops.DetachVolume({ VolumeId })),
    "MissingParameter",
  );
  ops.DetachVolume({ VolumeId, InstanceId: ids[3] ?? "" });
  await idle();
  assert.equal(
    ops.DescribeVolumes({ VolumeIds: [VolumeId] }).Volumes?.[0]?.Attachments?.length,
    15,
  );
});

test("a machine that shuts down keeps a mounted volume until it is off", async (t) => {
  const { ops, launch, volume, idle, backend, clock } = await startTestEc2(t);
  const [InstanceId, VolumeId] = [await launch(), await volume()];
  ops.AttachVolume({ VolumeId, InstanceId, Device });
  await idle();
  backend.setMounted(InstanceId, VolumeId, true);
  backend.hang(InstanceId);
  ops.TerminateInstances({ InstanceIds: [InstanceId] });
  await clock.advance(1_000);

  ops.DetachVolume({ VolumeId });
  await clock.advance(1_000);
  const see = () => ops.DescribeVolumes({ VolumeIds: [VolumeId] }).Volumes?.[0];
  assert.equal(see()?.Attachments?.[0]?.State, "busy");
  backend.powerOff(InstanceId);
  await clock.advance(1_000);
  assert.equal(see()?.State, "available");
});

test("nothing is detached from an instance that boots", async (t) => {
  const { ops, imageId, clock } = await startTestEc2(t, { timeScale: 1 });
  ops.RunInstances({
    ImageId: imageId,
    InstanceType: "c5.2xlarge",
    MinCount: 1,
    MaxCount: 1,
    BlockDeviceMappings: [{ DeviceName: Device, Ebs: { VolumeSize: 1 } }],
  });
  const VolumeId = ops.DescribeVolumes({}).Volumes?.[1]?.VolumeId ?? "";
  assert.equal(
    refusal(() => ops.DetachVolume({ VolumeId })),
    "IncorrectState",
  );
  await clock.advance(30_000);
  assert.equal(ops.DetachVolume({ VolumeId }).State, "detaching");
});
