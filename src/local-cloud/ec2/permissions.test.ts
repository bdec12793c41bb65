import assert from "node:assert/strict";
import { test } from "node:test";
import { startTestEc2, type TestEc2 } from "../../../test/support/ec2.ts";
import type { AuthorizationCheck, Call } from "../call.ts";

const account = "arn:aws:ec2:us-east-1:123456789012";
const self = "i-0aaaaaaaaaaaaaaaa";
const call: Call = {
  requestId: "r",
  region: "us-east-1",
  principal: {
    kind: "role",
    roleName: "trainer",
    arn: "arn:aws:sts::123456789012:assumed-role/trainer/i",
    accountId: "123456789012",
    accessKeyId: "ASIA",
    instanceId: self,
  },
  authorize: () => undefined,
};

function asked({ ec2 }: TestEc2, action: string, input: object): readonly AuthorizationCheck[] {
  return ec2.service.checks?.(action, input as never, call) ?? [];
}

const targets = (checks: readonly AuthorizationCheck[]) =>
  checks.map(({ action, resource }) => `${action} ${resource}`);

test("attach and detach ask for the volume and the instance, with their tags and the caller's own instance", async (t) => {
  const cloud = await startTestEc2(t);
  const [InstanceId, VolumeId] = [await cloud.launch(), await cloud.volume()];
  cloud.ops.CreateTags({ Resources: [VolumeId], Tags: [{ Key: "access", Value: "true" }] });

  const checks = asked(cloud, "AttachVolume", { InstanceId, VolumeId });
  assert.deepEqual(targets(checks), [
    `ec2:AttachVolume ${account}:volume/${VolumeId}`,
    `ec2:AttachVolume ${account}:instance/${InstanceId}`,
  ]);
  assert.equal(checks[0]?.context?.["aws:ResourceTag/access"], "true");
  for (const { context } of checks) {
    assert.equal(context?.["ec2:SourceInstanceARN"], `${account}:instance/${self}`);
  }
  assert.equal(checks[1]?.context?.["ec2:InstanceID"], InstanceId);

  cloud.ops.AttachVolume({ InstanceId, VolumeId, Device: "/dev/sdf" });
  assert.deepEqual(
    asked(cloud, "DetachVolume", { VolumeId }).map(({ resource }) => resource),
    [`${account}:volume/${VolumeId}`, `${account}:instance/${InstanceId}`],
  );
});

test("tags ask by what is tagged and by the keys", async (t) => {
  const cloud = await startTestEc2(t);
  const VolumeId = await cloud.volume();
  const tags = { Resources: [VolumeId], Tags: [{ Key: "a", Value: "1" }, { Key: "b" }] };

  for (const action of ["CreateTags", "DeleteTags"]) {
    const [check, ...others] = asked(cloud, action, tags);
    assert.deepEqual(others, []);
    assert.equal(check?.resource, `${account}:volume/${VolumeId}`);
    assert.deepEqual(check?.context?.["aws:TagKeys"], ["a", "b"]);
    assert.equal(check?.context?.["aws:RequestTag/a"], "1");
    assert.equal(check?.context?.["ec2:CreateAction"], undefined);
  }
});

test("a snapshot asks for the volume, the new snapshot, and the tagging at creation", async (t) => {
  const cloud = await startTestEc2(t);
  const VolumeId = await cloud.volume();
  const checks = asked(cloud, "CreateSnapshot", {
    VolumeId,
    TagSpecifications: [{ ResourceType: "snapshot", Tags: [{ Key: "a", Value: "1" }] }],
  });

  const snapshots = "arn:aws:ec2:us-east-1::snapshot/*";
  assert.deepEqual(targets(checks), [
    `ec2:CreateSnapshot ${account}:volume/${VolumeId}`,
    `ec2:CreateSnapshot ${snapshots}`,
    `ec2:CreateTags ${snapshots}`,
  ]);
  assert.equal(checks[1]?.context?.["aws:RequestTag/a"], "1");
  assert.equal(checks[2]?.context?.["ec2:CreateAction"], "CreateSnapshot");
});

test("a launch asks for all that it uses, and for the role that it passes", async (t) => {
  const role = { name: "trainer-role", credentialsFor: () => assert.fail("not asked for") };
  const arn = "arn:aws:iam::123456789012:instance-profile/trainer";
  const cloud = await startTestEc2(t, { profiles: [{ name: "trainer", arn, id: "AIPA", role }] });
  const { imageId } = cloud;
  const checks = asked(cloud, "RunInstances", {
    ImageId: imageId,
    IamInstanceProfile: { Name: "trainer" },
    TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "a", Value: "1" }] }],
  });

  assert.deepEqual(
    targets(checks).map((target) => target.replace(/sg-.*/, "sg")),
    [
      `ec2:RunInstances ${account}:instance/*`,
      `ec2:RunInstances arn:aws:ec2:us-east-1::image/${imageId}`,
      `ec2:RunInstances ${account}:subnet/*`,
      `ec2:RunInstances ${account}:security-group/sg`,
      `ec2:RunInstances ${account}:network-interface/*`,
      `ec2:RunInstances ${account}:volume/*`,
      `ec2:CreateTags ${account}:instance/*`,
      "iam:PassRole arn:aws:iam::123456789012:role/trainer-role",
    ],
  );
  assert.equal(checks.at(-1)?.context?.["iam:PassedToService"], "ec2.amazonaws.com");
});

test("describing has no resource", async (t) => {
  const cloud = await startTestEc2(t);
  assert.deepEqual(targets(asked(cloud, "DescribeVolumes", {})), ["ec2:DescribeVolumes *"]);
});
