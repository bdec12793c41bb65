import type {
  _InstanceType,
  ResourceType,
  RunInstancesCommandInput,
  TagSpecification,
} from "@aws-sdk/client-ec2";
import { call } from "./call.ts";
import type { Aws } from "./connect.ts";
import { type AwsInstance, toInstance } from "./instances.ts";
import { type Tags, toSdkTags } from "./tags.ts";

export interface NewInstance {
  clientToken: string;
  instanceType: string;
  imageId: string;
  rootDeviceName: string;
  rootSizeGiB: number;
  subnetId: string;
  /** Empty: the default group of the VPC. */
  securityGroupIds: readonly string[];
  instanceProfile: string;
  /** Plain text, at most 16 KB. */
  userData: string;
  spot: boolean;
  tags: Tags;
  rootVolumeTags: Tags;
  /** Of the network interface and the spot request. */
  otherTags: Tags;
}

/**
 * Launches one instance the way runctl wants all of them: it ends by its own power-off, its root volume is
 * encrypted and goes with it, its metadata want a token and show its tags.
 *
 * @throws RunctlError CAPACITY, QUOTA, or as AWS says.
 */
export async function runInstance(aws: Aws, instance: NewInstance): Promise<AwsInstance> {
  const { RunInstancesCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  const answer = await call("ec2:RunInstances", () =>
    client.send(new RunInstancesCommand(runInstancesInput(instance))),
  );
  const launched = answer.Instances?.[0];
  if (!launched) throw new Error("RunInstances answered without an instance");
  return toInstance(launched);
}

/**
 * Asks whether EC2 would launch it, and launches nothing.
 *
 * @throws RunctlError for every other answer than "would have succeeded".
 */
export async function dryRunInstance(aws: Aws, instance: NewInstance): Promise<void> {
  const { RunInstancesCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  try {
    const { ClientToken: _, ...input } = runInstancesInput(instance);
    await client.send(new RunInstancesCommand({ ...input, DryRun: true }));
  } catch (error) {
    if (error instanceof Error && error.name === "DryRunOperation") return;
    await call("ec2:RunInstances", () => Promise.reject(error as Error));
  }
}

function runInstancesInput(instance: NewInstance): RunInstancesCommandInput {
  return {
    ClientToken: instance.clientToken,
    MinCount: 1,
    MaxCount: 1,
    ImageId: instance.imageId,
    InstanceType: instance.instanceType as _InstanceType,
    SubnetId: instance.subnetId,
    ...(instance.securityGroupIds.length > 0
      ? { SecurityGroupIds: [...instance.securityGroupIds] }
      : {}),
    IamInstanceProfile: instance.instanceProfile.startsWith("arn:")
      ? { Arn: instance.instanceProfile }
      : { Name: instance.instanceProfile },
    UserData: Buffer.from(instance.userData, "utf8").toString("base64"),
    InstanceInitiatedShutdownBehavior: "terminate",
    MetadataOptions: {
      HttpEndpoint: "enabled",
      HttpTokens: "required",
      // Containers are one hop further away.
      HttpPutResponseHopLimit: 2,
      InstanceMetadataTags: "enabled",
    },
    BlockDeviceMappings: [
      {
        DeviceName: instance.rootDeviceName,
        Ebs: {
          VolumeSize: instance.rootSizeGiB,
          VolumeType: "gp3",
          Encrypted: true,
          DeleteOnTermination: true,
        },
      },
    ],
    ...(instance.spot
      ? {
          InstanceMarketOptions: {
            MarketType: "spot",
            SpotOptions: {
              SpotInstanceType: "one-time",
              InstanceInterruptionBehavior: "terminate",
            },
          },
        }
      : {}),
    TagSpecifications: tagSpecifications(instance),
  };
}

function tagSpecifications(instance: NewInstance): TagSpecification[] {
  const tagged: [ResourceType, Tags][] = [
    ["instance", instance.tags],
    ["volume", instance.rootVolumeTags],
    ["network-interface", instance.otherTags],
    ...(instance.spot
      ? [["spot-instances-request", instance.otherTags] as [ResourceType, Tags]]
      : []),
  ];
  return tagged
    .filter(([, tags]) => Object.keys(tags).length > 0)
    .map(([ResourceType, tags]) => ({ ResourceType, Tags: toSdkTags(tags) }));
}
