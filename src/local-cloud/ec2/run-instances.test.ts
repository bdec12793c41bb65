import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal, spot, startTestEc2, type TestEc2, testZone } from "../../../test/support/ec2.ts";

const profile = {
  name: "trainer",
  arn: "arn:aws:iam::123456789012:instance-profile/trainer",
  id: "AIPA0000000000000",
  role: undefined,
};

function request({ imageId }: TestEc2) {
  return { ImageId: imageId, InstanceType: "c5.2xlarge", MinCount: 1, MaxCount: 1 } as const;
}

test("an instance is pending, then running, with a root volume that goes with it", async (t) => {
  const cloud = await startTestEc2(t);
  const { ops, backend, idle } = cloud;

  const launched = ops.RunInstances(request(cloud)).Instances?.[0];
  assert.equal(launched?.State?.Name, "pending");
  await idle();
  const seen = ops.DescribeInstances({}).Reservations?.[0]?.Instances?.[0];
  assert.equal(seen?.State?.Name, "running");
  assert.equal(seen?.RootDeviceName, "/dev/xvda");
  const root = ops.DescribeVolumes({}).Volumes?.[0];
  assert.partialDeepStrictEqual(root, { Size: 8, VolumeType: "gp3", State: "in-use" });
  assert.partialDeepStrictEqual(root?.Attachments, [
    { Device: "/dev/xvda", DeleteOnTermination: true },
  ]);
  assert.deepEqual(backend.machines(), [launched?.InstanceId]);
});

test("data volumes of a launch are deleted with it unless it says otherwise", async (t) => {
  const { ops, launch, idle } = await startTestEc2(t);
  const InstanceId = await launch({
    BlockDeviceMappings: [
      { DeviceName: "/dev/xvda", Ebs: { VolumeSize: 20 } },
      { DeviceName: "/dev/sdf", Ebs: { VolumeSize: 5, VolumeType: "gp3" } },
      { DeviceName: "/dev/sdg", Ebs: { VolumeSize: 6, DeleteOnTermination: false } },
      { DeviceName: "/dev/sdh", NoDevice: "" },
    ],
  });
  const sizes = () => ops.DescribeVolumes({}).Volumes?.map(({ Size }) => Size);
  assert.deepEqual(sizes(), [20, 5, 6]);

  ops.TerminateInstances({ InstanceIds: [InstanceId] });
  await idle();
  assert.deepEqual(sizes(), [6]);
  assert.equal(ops.DescribeVolumes({}).Volumes?.[0]?.State, "available");
});

const refused: readonly [object, string][] = [
  [{ ImageId: "ami-1" }, "InvalidAMIID.Malformed"],
  [{ ImageId: "ami-0123456789abcdef0" }, "InvalidAMIID.NotFound"],
  [{ InstanceType: "zz.huge" }, "InvalidParameterValue"],
  [{ InstanceType: "c6gn.xlarge" }, "InvalidParameterValue"],
  [{ MinCount: 2 }, "InvalidParameterValue"],
  [{ KeyName: "mine" }, "InvalidKeyPair.NotFound"],
  [{ IamInstanceProfile: { Name: "nobody" } }, "InvalidParameterValue"],
  [{ SubnetId: "subnet-0123456789abcdef0" }, "InvalidSubnetID.NotFound"],
  [{ SecurityGroupIds: ["sg-0123456789abcdef0"] }, "InvalidGroup.NotFound"],
  [{ Placement: { AvailabilityZone: "us-east-1z" } }, "InvalidZone.NotFound"],
  [{ Placement: { AvailabilityZone: "us-east-1e" } }, "Unsupported"],
  [{ UserData: "not base64!" }, "InvalidParameterValue"],
  [{ UserData: Buffer.alloc(16_385).toString("base64") }, "InvalidParameterValue"],
  [{ MetadataOptions: { HttpPutResponseHopLimit: 65 } }, "InvalidParameterValue"],
  [
    { BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { VolumeSize: 4 } }] },
    "InvalidParameterValue",
  ],
  [
    {
      BlockDeviceMappings: [
        { DeviceName: "/dev/xvda", Ebs: { VolumeType: "st1", VolumeSize: 200 } },
      ],
    },
    "InvalidParameterCombination",
  ],
  [{ BlockDeviceMappings: [{ DeviceName: "/dev/sdf", Ebs: {} }] }, "MissingParameter"],
  [
    { TagSpecifications: [{ ResourceType: "snapshot", Tags: [{ Key: "a", Value: "b" }] }] },
    "InvalidParameterValue",
  ],
  [{ ...spot, DisableApiTermination: true }, "InvalidParameterCombination"],
  [{ InstanceType: "t2.micro", EbsOptimized: true }, "InvalidParameterCombination"],
  [
    { InstanceMarketOptions: { SpotOptions: { SpotInstanceType: "persistent" } } },
    "InvalidParameterCombination",
  ],
  [
    { InstanceMarketOptions: { SpotOptions: { InstanceInterruptionBehavior: "stop" } } },
    "InvalidParameterCombination",
  ],
  [{ InstanceMarketOptions: { SpotOptions: { MaxPrice: "0.01" } } }, "SpotMaxPriceTooLow"],
  [
    {
      MetadataOptions: { InstanceMetadataTags: "enabled" },
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "a/b", Value: "c" }] }],
    },
    "InvalidParameterValue",
  ],
];

for (const [part, code] of refused) {
  const shown = JSON.stringify(part).slice(0, 100);
  test(`RunInstances refuses ${shown} with ${code}`, async (t) => {
    const cloud = await startTestEc2(t);
    assert.equal(
      refusal(() => cloud.ops.RunInstances({ ...request(cloud), ...part })),
      code,
    );
    assert.deepEqual(cloud.ops.DescribeInstances({}).Reservations, []);
    assert.deepEqual(cloud.ops.DescribeVolumes({}).Volumes, []);
  });
}

test("no capacity is answered in AWS's words, for the pool that the fault names", async (t) => {
  const { faults, launch } = await startTestEc2(t);
  faults.set({ kind: "no-capacity", zone: testZone, instanceType: "c5.2xlarge" });

  await assert.rejects(launch(), {
    code: "InsufficientInstanceCapacity",
    status: 500,
    message: /choosing us-east-1b/,
  });
  await assert.rejects(launch(spot), {
    code: "InsufficientInstanceCapacity",
    message: /no Spot capacity/,
  });
  await launch({ InstanceType: "m5.large" });
  await launch({ Placement: { AvailabilityZone: "us-east-1b" } });
});

test("a client token launches once, and is spent when its instance is gone", async (t) => {
  const cloud = await startTestEc2(t);
  const { ops, idle } = cloud;
  const once = { ...request(cloud), ClientToken: "launch-1" };
  const first = ops.RunInstances(once).Instances?.[0]?.InstanceId ?? "";
  await idle();

  assert.equal(ops.RunInstances(once).Instances?.[0]?.InstanceId, first);
  assert.equal(
    refusal(() => ops.RunInstances({ ...once, MaxCount: 2 })),
    "IdempotentParameterMismatch",
  );
  ops.TerminateInstances({ InstanceIds: [first] });
  await idle();
  assert.equal(
    refusal(() => ops.RunInstances(once)),
    "IdempotentInstanceTerminated",
  );
  assert.deepEqual(cloud.backend.machines(), []);
});

const tags = (Value: string) => [{ Key: "for", Value }];

test("tags of a launch go to the instance, its volumes and its spot request", async (t) => {
  const { ops, launch } = await startTestEc2(t);
  const InstanceId = await launch({
    ...spot,
    TagSpecifications: [
      { ResourceType: "instance", Tags: tags("instance") },
      { ResourceType: "volume", Tags: tags("volume") },
      { ResourceType: "spot-instances-request", Tags: tags("request") },
    ],
  });

  const found = ops.DescribeTags({ Filters: [{ Name: "key", Values: ["for"] }] }).Tags;
  assert.deepEqual(found?.map(({ Value }) => Value).toSorted(), ["instance", "request", "volume"]);
  assert.equal(found?.find(({ Value }) => Value === "instance")?.ResourceId, InstanceId);
});

test("IMDS learns profile, tags and user data of the launch", async (t) => {
  const { ec2, launch } = await startTestEc2(t, { profiles: [profile] });
  const InstanceId = await launch({
    IamInstanceProfile: { Arn: profile.arn },
    UserData: Buffer.from("#!/bin/sh\n").toString("base64"),
    MetadataOptions: { InstanceMetadataTags: "enabled" },
    TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: "one" }] }],
  });

  const view = ec2.instanceView(InstanceId);
  assert.deepEqual(view?.tags, { Name: "one" });
  assert.equal(Buffer.from(view?.userData ?? []).toString(), "#!/bin/sh\n");
  assert.equal(view?.httpTokens, "required");
  assert.equal(view?.role, undefined);
});

test("a launch that the server did not live to finish is finished after the restart", async (t) => {
  const before = await startTestEc2(t, { timeScale: 1 });
  before.ops.RunInstances(request(before));
  await before.ec2.stop();
  assert.deepEqual(before.backend.machines(), []);

  const after = await before.restart();
  assert.equal(
    after.ops.DescribeInstances({}).Reservations?.[0]?.Instances?.[0]?.State?.Name,
    "pending",
  );
  await after.clock.advance(30_000);
  assert.equal(
    after.ops.DescribeInstances({}).Reservations?.[0]?.Instances?.[0]?.State?.Name,
    "running",
  );
  assert.equal(after.backend.machines().length, 1);
  assert.equal(after.backend.disks().length, 1);
});

test("an instance whose machine cannot start is terminated, and leaves nothing", async (t) => {
  const { launch, backend, ops, ec2 } = await startTestEc2(t, { mayFail: true });
  backend.boot = () => Promise.reject(new Error("no room for it"));
  await launch(spot);
  await ec2.idle();

  const instance = ops.DescribeInstances({}).Reservations?.[0]?.Instances?.[0];
  assert.equal(instance?.State?.Name, "terminated");
  assert.equal(instance?.StateReason?.Code, "Server.InternalError");
  assert.deepEqual(ops.DescribeVolumes({}).Volumes, []);
  assert.deepEqual(backend.disks(), []);
});
