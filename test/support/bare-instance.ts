import { setTimeout as delay } from "node:timers/promises";
import { DescribeImagesCommand, RunInstancesCommand } from "@aws-sdk/client-ec2";
import type { Aws } from "../../src/aws/connect.ts";
import { type AwsInstance, findInstance } from "../../src/aws/instances.ts";
import { toSdkTags } from "../../src/aws/tags.ts";

/** Launches a machine with nothing of ours on it, and waits until EC2 says that it runs. */
export async function runBareInstance(
  aws: Aws,
  wanted: { zone: string; spot?: boolean; tags?: Record<string, string> },
): Promise<AwsInstance> {
  const client = await aws.ec2();
  const { Images = [] } = await client.send(
    new DescribeImagesCommand({
      Owners: ["amazon"],
      Filters: [{ Name: "architecture", Values: ["x86_64"] }],
    }),
  );
  const tags = toSdkTags(wanted.tags ?? {});
  const answer = await client.send(
    new RunInstancesCommand({
      ImageId: Images[0]?.ImageId,
      InstanceType: "c5.2xlarge",
      MinCount: 1,
      MaxCount: 1,
      ...(wanted.spot ? { InstanceMarketOptions: { MarketType: "spot" as const } } : {}),
      Placement: { AvailabilityZone: wanted.zone },
      ...(tags.length > 0 ? { TagSpecifications: [{ ResourceType: "instance", Tags: tags }] } : {}),
    }),
  );
  const instanceId = answer.Instances?.[0]?.InstanceId ?? "";
  for (;;) {
    const instance = await findInstance(aws, instanceId);
    if (instance?.state === "running") return instance;
    await delay(20);
  }
}
