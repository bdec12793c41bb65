import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal, spot, startTestEc2, testZone } from "../../../test/support/ec2.ts";

test("pages are whole, in order, and hold when volumes come and go between them", async (t) => {
  const { ops, volume, idle } = await startTestEc2(t);
  const ids: string[] = [];
  for (let count = 0; count < 12; count += 1) ids.push(await volume(1));

  const first = ops.DescribeVolumes({ MaxResults: 5 });
  assert.equal(first.Volumes?.length, 5);
  ops.DeleteVolume({ VolumeId: ids[4] ?? "" });
  ops.DeleteVolume({ VolumeId: ids[7] ?? "" });
  await idle();
  const second = ops.DescribeVolumes({ MaxResults: 5, NextToken: first.NextToken });
  const third = ops.DescribeVolumes({ MaxResults: 5, NextToken: second.NextToken });
  const rest = [...(second.Volumes ?? []), ...(third.Volumes ?? [])].map(
    ({ VolumeId }) => VolumeId,
  );
  assert.deepEqual(
    rest,
    ids.slice(5).filter((id) => id !== ids[7]),
  );
  assert.equal(third.NextToken, undefined);
});

test("what paging refuses", async (t) => {
  const { ops, volume } = await startTestEc2(t);
  const VolumeIds = [await volume()];
  assert.equal(
    refusal(() => ops.DescribeVolumes({ MaxResults: 4 })),
    "InvalidParameterValue",
  );
  assert.equal(
    refusal(() => ops.DescribeVolumes({ MaxResults: 1_001 })),
    "InvalidParameterValue",
  );
  assert.equal(
    refusal(() => ops.DescribeVolumes({ MaxResults: 5, VolumeIds })),
    "InvalidParameterCombination",
  );
  assert.equal(
    refusal(() => ops.DescribeVolumes({ NextToken: "nonsense" })),
    "InvalidNextToken",
  );
});

test("filters match with wildcards, lists of values, and all of them together", async (t) => {
  const { ops } = await startTestEc2(t);
  const create = (Name: string, Size: number) =>
    ops.CreateVolume({
      AvailabilityZone: testZone,
      Size,
      TagSpecifications: [{ ResourceType: "volume", Tags: [{ Key: "Name", Value: Name }] }],
    });
  create("data-1", 10);
  create("data-22", 11);
  create("d*ta", 12);
  const sizes = (...filters: [string, string[]][]) =>
    ops
      .DescribeVolumes({ Filters: filters.map(([Name, Values]) => ({ Name, Values })) })
      .Volumes?.map(({ Size }) => Size);

  assert.deepEqual(sizes(["tag:Name", ["data-*"]]), [10, 11]);
  assert.deepEqual(sizes(["tag:Name", ["data-?"]]), [10]);
  assert.deepEqual(sizes(["tag:Name", [String.raw`d\*ta`]]), [12]);
  assert.deepEqual(sizes(["tag:Name", ["DATA-1"]]), []);
  assert.deepEqual(sizes(["size", ["10", "12"]]), [10, 12]);
  assert.deepEqual(sizes(["size", ["1?"]], ["tag:Name", ["*22"]]), [11]);
  assert.deepEqual(sizes(["tag-key", ["Na*"]], ["volume-type", ["gp3"]]), []);
  assert.deepEqual(
    sizes(["availability-zone-id", ["use1-az4"]], ["status", ["creating"]])?.length,
    3,
  );
});

test("a filter that does not exist is refused by name", async (t) => {
  const { ops } = await startTestEc2(t);
  const Filters = [{ Name: "colour", Values: ["red"] }];
  for (const describe of [
    ops.DescribeVolumes,
    ops.DescribeInstances,
    ops.DescribeSnapshots,
    ops.DescribeImages,
    ops.DescribeInstanceTypes,
    ops.DescribeSubnets,
    ops.DescribeVpcs,
    ops.DescribeSecurityGroups,
    ops.DescribeAvailabilityZones,
    ops.DescribeTags,
    ops.DescribeSpotInstanceRequests,
  ]) {
    assert.throws(() => describe({ Filters }), {
      code: "InvalidParameterValue",
      message: "The filter 'colour' is invalid",
    });
  }
});

test("instances are found by state, lifecycle and tag", async (t) => {
  const { ops, launch, idle } = await startTestEc2(t);
  const [onDemand, byMarket] = [await launch(), await launch(spot)];
  const found = (Name: string, ...Values: string[]) =>
    ops
      .DescribeInstances({ Filters: [{ Name, Values }] })
      .Reservations?.flatMap(({ Instances }) => Instances?.map(({ InstanceId }) => InstanceId));
  assert.deepEqual(found("instance-lifecycle", "spot"), [byMarket]);
  ops.TerminateInstances({ InstanceIds: [onDemand] });
  await idle();
  assert.deepEqual(found("instance-state-name", "pending", "running"), [byMarket]);
  assert.deepEqual(
    ops.DescribeInstanceStatus({}).InstanceStatuses?.map(({ InstanceId }) => InstanceId),
    [byMarket],
  );
  assert.equal(
    ops.DescribeInstanceStatus({ IncludeAllInstances: true }).InstanceStatuses?.length,
    2,
  );
});
