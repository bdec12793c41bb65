import type { Filter, Instance as SdkInstance } from "@aws-sdk/client-ec2";
import { awsErrorCode } from "./translate-error.ts";
import { call } from "./call.ts";
import type { Aws } from "./connect.ts";
import { pages } from "./pages.ts";
import { type Tags, tagsOf } from "./tags.ts";

export type InstanceId = `i-${string}`;

/** An instance as AWS describes it. */
export interface AwsInstance {
  instanceId: InstanceId;
  type: string;
  lifecycle: "spot" | "on-demand";
  zone: string;
  subnetId: string | undefined;
  imageId: string;
  /** pending · running · shutting-down · terminated · stopping · stopped */
  state: string;
  /** Why it left, such as `Server.SpotInstanceTermination`. */
  stateReasonCode: string | undefined;
  stateReason: string | undefined;
  clientToken: string | undefined;
  rootDeviceName: string | undefined;
  volumes: { volumeId: string; device: string; deleteOnTermination: boolean }[];
  tags: Tags;
  launchedAt: Date;
}

/** Instances by id or by EC2 filters, all pages, in the order of AWS; terminated ones stay visible for about an hour. */
export async function describeInstances(
  aws: Aws,
  query: { instanceIds?: readonly string[]; filters?: readonly Filter[] },
): Promise<AwsInstance[]> {
  const { DescribeInstancesCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  const found: AwsInstance[] = [];
  const all = pages((next) =>
    call("ec2:DescribeInstances", () =>
      client.send(
        new DescribeInstancesCommand({
          ...(query.instanceIds ? { InstanceIds: [...query.instanceIds] } : { MaxResults: 1000 }),
          ...(query.filters ? { Filters: [...query.filters] } : {}),
          ...next,
        }),
      ),
    ),
  );
  for await (const page of all) {
    for (const reservation of page.Reservations ?? [])
      found.push(...(reservation.Instances ?? []).map(toInstance));
  }
  return found;
}

/** Undefined while AWS does not know the id (yet: a new one takes a moment to be seen). */
export async function findInstance(aws: Aws, instanceId: string): Promise<AwsInstance | undefined> {
  try {
    return (await describeInstances(aws, { instanceIds: [instanceId] }))[0];
  } catch (error) {
    if (awsErrorCode(error) === "InvalidInstanceID.NotFound") return undefined;
    throw error;
  }
}

/** The machine's operating system is shut down first; nothing happens to one that is gone already. */
export async function terminateInstance(aws: Aws, instanceId: string): Promise<void> {
  const { TerminateInstancesCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  await call("ec2:TerminateInstances", () =>
    client.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] })),
  );
}

export async function stopInstance(aws: Aws, instanceId: string): Promise<void> {
  const { StopInstancesCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  await call("ec2:StopInstances", () =>
    client.send(new StopInstancesCommand({ InstanceIds: [instanceId] })),
  );
}

/** The last 64 KiB that the machine wrote to its console; AWS shows them with a delay. */
export async function consoleOutput(aws: Aws, instanceId: string): Promise<string> {
  const { GetConsoleOutputCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  // `Latest` is for Nitro types, and runctl launches no others (API GetConsoleOutput).
  const answer = await call("ec2:GetConsoleOutput", () =>
    client.send(new GetConsoleOutputCommand({ InstanceId: instanceId, Latest: true })),
  );
  return Buffer.from(answer.Output ?? "", "base64").toString("utf8");
}

export function toInstance(instance: SdkInstance): AwsInstance {
  return {
    instanceId: instance.InstanceId as InstanceId,
    type: instance.InstanceType ?? "",
    lifecycle: instance.InstanceLifecycle === "spot" ? "spot" : "on-demand",
    zone: instance.Placement?.AvailabilityZone ?? "",
    subnetId: instance.SubnetId,
    imageId: instance.ImageId ?? "",
    state: instance.State?.Name ?? "",
    stateReasonCode: instance.StateReason?.Code,
    stateReason: instance.StateReason?.Message,
    clientToken: instance.ClientToken || undefined,
    rootDeviceName: instance.RootDeviceName,
    volumes: (instance.BlockDeviceMappings ?? []).map((mapping) => ({
      volumeId: mapping.Ebs?.VolumeId ?? "",
      device: mapping.DeviceName ?? "",
      deleteOnTermination: mapping.Ebs?.DeleteOnTermination ?? false,
    })),
    tags: tagsOf(instance.Tags),
    launchedAt: instance.LaunchTime ?? new Date(0),
  };
}
