import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal, startTestEc2, type TestEc2 } from "../../../test/support/ec2.ts";

function isDeletedWith({ ops }: TestEc2, VolumeId: string): boolean | undefined {
  return ops.DescribeVolumes({ VolumeIds: [VolumeId] }).Volumes?.[0]?.Attachments?.[0]
    ?.DeleteOnTermination;
}

test("DeleteOnTermination without a value becomes true", async (t) => {
  const cloud = await startTestEc2(t);
  const { ops, launch, volume, idle } = cloud;
  const [InstanceId, VolumeId] = [await launch(), await volume()];
  ops.AttachVolume({ VolumeId, InstanceId, Device: "/dev/sdf" });
  await idle();
  const modify = (Ebs: object) =>
    ops.ModifyInstanceAttribute({
      InstanceId,
      BlockDeviceMappings: [{ DeviceName: "/dev/sdf", Ebs }],
    });

  assert.equal(isDeletedWith(cloud, VolumeId), false);
  modify({ VolumeId });
  assert.equal(isDeletedWith(cloud, VolumeId), true);
  modify({ DeleteOnTermination: false });
  assert.equal(isDeletedWith(cloud, VolumeId), false);
});

test("a device that is not mapped cannot be modified", async (t) => {
  const { ops, launch } = await startTestEc2(t);
  const InstanceId = await launch();
  const modify = () =>
    ops.ModifyInstanceAttribute({
      InstanceId,
      BlockDeviceMappings: [{ DeviceName: "/dev/sdz", Ebs: {} }],
    });
  assert.equal(refusal(modify), "InvalidInstanceAttributeValue");
});

test("the type and user data change only while the instance is stopped", async (t) => {
  const { ops, launch, idle, ec2 } = await startTestEc2(t);
  const InstanceId = await launch();
  const change = () => {
    ops.ModifyInstanceAttribute({ InstanceId, InstanceType: { Value: "m5.large" } });
    ops.ModifyInstanceAttribute({ InstanceId, UserData: { Value: Buffer.from("new") } });
  };
  assert.equal(refusal(change), "IncorrectInstanceState");
  ops.StopInstances({ InstanceIds: [InstanceId] });
  await idle();
  change();
  ops.StartInstances({ InstanceIds: [InstanceId] });
  await idle();
  assert.equal(ec2.instanceView(InstanceId)?.instanceType, "m5.large");
  assert.equal(Buffer.from(ec2.instanceView(InstanceId)?.userData ?? []).toString(), "new");
});

test("attributes are described one at a time", async (t) => {
  const { ops, launch } = await startTestEc2(t);
  const InstanceId = await launch({ UserData: "aGk=" });
  const { UserData } = ops.DescribeInstanceAttribute({ InstanceId, Attribute: "userData" });
  assert.deepEqual(UserData, { Value: "aGk=" });
  ops.ModifyInstanceAttribute({
    InstanceId,
    InstanceInitiatedShutdownBehavior: { Value: "terminate" },
  });
  const shutdown = ops.DescribeInstanceAttribute({
    InstanceId,
    Attribute: "instanceInitiatedShutdownBehavior",
  });
  assert.deepEqual(shutdown.InstanceInitiatedShutdownBehavior, { Value: "terminate" });
});

test("the console output is base64 of what the machine wrote", async (t) => {
  const { ops, launch, backend } = await startTestEc2(t);
  const InstanceId = await launch();
  backend.consoleOutput = () => Promise.resolve(Buffer.from("booted\n"));
  const { Output = "" } = await ops.GetConsoleOutput({ InstanceId, Latest: true });
  assert.equal(Buffer.from(Output, "base64").toString(), "booted\n");
});
