import assert from "node:assert/strict";
import { test } from "node:test";
import { startTestEc2 } from "../../../test/support/ec2.ts";

test("the default VPC has one subnet per zone and a way out", async (t) => {
  const { ops } = await startTestEc2(t);
  const zones = ops
    .DescribeAvailabilityZones({})
    .AvailabilityZones?.map(({ ZoneName }) => ZoneName);
  assert.deepEqual(zones?.map((zone) => zone?.at(-1)).join(""), "abcdef");
  const vpcs = ops.DescribeVpcs({ Filters: [{ Name: "is-default", Values: ["true"] }] }).Vpcs;
  const vpc = [{ Name: "vpc-id", Values: [vpcs?.[0]?.VpcId ?? ""] }];
  const subnets = ops.DescribeSubnets({ Filters: vpc }).Subnets;
  assert.deepEqual(
    subnets?.map(({ AvailabilityZone }) => AvailabilityZone),
    zones,
  );
  assert.equal(
    ops.DescribeSecurityGroups({ Filters: vpc }).SecurityGroups?.[0]?.GroupName,
    "default",
  );
  const routes = ops.DescribeRouteTables({ Filters: vpc }).RouteTables?.[0]?.Routes;
  assert.match(routes?.[1]?.GatewayId ?? "", /^igw-/);
});

test("instance types carry the published figures", async (t) => {
  const { ops } = await startTestEc2(t);
  const [g5] = ops.DescribeInstanceTypes({ InstanceTypes: ["g5.xlarge"] }).InstanceTypes ?? [];
  assert.partialDeepStrictEqual(g5, {
    VCpuInfo: { DefaultVCpus: 4 },
    EbsInfo: { MaximumEbsAttachments: 25, EbsOptimizedInfo: { BaselineThroughputInMBps: 87.5 } },
    GpuInfo: { TotalGpuMemoryInMiB: 22_888 },
    InstanceStorageInfo: { TotalSizeInGB: 250 },
  });
  const nitro = [{ Name: "hypervisor", Values: ["nitro"] }];
  assert.ok((ops.DescribeInstanceTypes({ Filters: nitro }).InstanceTypes?.length ?? 0) >= 14);
  assert.throws(() => ops.DescribeInstanceTypes({ InstanceTypes: ["zz.huge" as "m5.large"] }), {
    code: "InvalidInstanceType",
  });
});

test("a type is offered in the zones that have it", async (t) => {
  const { ops } = await startTestEc2(t);
  const zonesOf = (type: string) =>
    ops
      .DescribeInstanceTypeOfferings({
        LocationType: "availability-zone",
        Filters: [{ Name: "instance-type", Values: [type] }],
      })
      .InstanceTypeOfferings?.map(({ Location }) => Location?.at(-1))
      .join("");
  assert.equal(zonesOf("c5.2xlarge"), "abcdf");
  assert.equal(zonesOf("p4d.24xlarge"), "abcd");
});

test("images look like Amazon's and are named by the public parameters", async (t) => {
  const { ops, imageId } = await startTestEc2(t);
  const [image] = ops.DescribeImages({ ImageIds: [imageId], Owners: ["amazon"] }).Images ?? [];
  assert.partialDeepStrictEqual(image, {
    Architecture: "x86_64",
    RootDeviceName: "/dev/xvda",
    ImdsSupport: "v2.0",
    ImageOwnerAlias: "amazon",
  });
  assert.deepEqual(ops.DescribeImages({ Owners: ["self"] }).Images, []);
});

test("spot prices are below on-demand, differ by zone and are the same for everyone", async (t) => {
  const { ops, clock } = await startTestEc2(t);
  const history = (hours: number) =>
    ops.DescribeSpotPriceHistory({
      InstanceTypes: ["g5.xlarge"],
      ProductDescriptions: ["Linux/UNIX"],
      StartTime: new Date(clock.now() - hours * 3_600_000),
    }).SpotPriceHistory ?? [];
  const now = history(0);
  assert.deepEqual(now.map(({ AvailabilityZone }) => AvailabilityZone?.at(-1)).join(""), "abcdf");
  for (const { SpotPrice } of now) assert.ok(Number(SpotPrice) > 0.2 && Number(SpotPrice) < 1.006);
  assert.ok(new Set(now.map(({ SpotPrice }) => SpotPrice)).size > 1);
  assert.deepEqual(history(24).slice(0, now.length), now);
  assert.equal(history(24).length, 5 * now.length);
});
