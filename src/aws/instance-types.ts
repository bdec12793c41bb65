import type { _InstanceType, InstanceTypeInfo } from "@aws-sdk/client-ec2";
import { RunctlError } from "../errors.ts";
import { awsErrorCode } from "./translate-error.ts";
import { call } from "./call.ts";
import type { Aws } from "./connect.ts";
import { pages } from "./pages.ts";

export interface AwsInstanceType {
  name: string;
  vcpus: number;
  /** x86_64 · arm64 · i386 …; the first that runctl has a runtime for decides the image. */
  architectures: string[];
  /** nitro · xen; undefined on bare metal. */
  hypervisor: string | undefined;
  bareMetal: boolean;
  hasGpu: boolean;
  usageClasses: string[];
  /** Sustained, not burst; undefined where AWS publishes none. */
  ebsBaselineMiBps: number | undefined;
  ebsBurstMiBps: number | undefined;
  /** Sustained, over all network cards; undefined where AWS publishes none. */
  networkBaselineMiBps: number | undefined;
}

/** @throws RunctlError NOT_FOUND naming the first type that this region does not have. */
export async function requireInstanceTypes(
  aws: Aws,
  names: readonly string[],
): Promise<AwsInstanceType[]> {
  const { DescribeInstanceTypesCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  const found = await Promise.all(
    names.map(async (name) => {
      const answer = await call("ec2:DescribeInstanceTypes", () =>
        client.send(new DescribeInstanceTypesCommand({ InstanceTypes: [name as _InstanceType] })),
      ).catch((error: unknown) => {
        if (awsErrorCode(error) === "InvalidInstanceType") return { InstanceTypes: [] };
        throw error;
      });
      const type = answer.InstanceTypes?.[0];
      if (!type)
        throw new RunctlError("NOT_FOUND", `instance type '${name}' is not in ${aws.region}`, {
          hint: await similarTypes(name),
        });
      return toInstanceType(type);
    }),
  );
  return found;
}

/** `g5` and `g5.huge` lead to the types of that family that are known. */
async function similarTypes(name: string): Promise<string> {
  const { instanceTypes } = await import("../facts/instance-types.ts");
  const [family] = name.split(".");
  const known = Object.keys(instanceTypes);
  const near = known.filter((type) => type.startsWith(`${family}.`));
  return `give another --instance-type, such as ${near.length > 0 ? near.join(" or ") : "c5.2xlarge"}`;
}

/** Those of the types that this region has, in no order. */
export async function findInstanceTypes(
  aws: Aws,
  names: readonly string[],
): Promise<AwsInstanceType[]> {
  const { DescribeInstanceTypesCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  // By filter: a name in `InstanceTypes` that the region does not have would fail the whole call.
  const answer = await call("ec2:DescribeInstanceTypes", () =>
    client.send(
      new DescribeInstanceTypesCommand({
        Filters: [{ Name: "instance-type", Values: [...names] }],
      }),
    ),
  );
  return (answer.InstanceTypes ?? []).map(toInstanceType);
}

/** Which of the types are offered in which zones: type name → zone names. */
export async function zonesOffering(
  aws: Aws,
  names: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { DescribeInstanceTypeOfferingsCommand } = await import("./sdk/ec2.ts");
  const client = await aws.ec2();
  const zones = new Map<string, Set<string>>(names.map((name) => [name, new Set()]));
  const all = pages((next) =>
    call("ec2:DescribeInstanceTypeOfferings", () =>
      client.send(
        new DescribeInstanceTypeOfferingsCommand({
          LocationType: "availability-zone",
          Filters: [{ Name: "instance-type", Values: [...names] }],
          ...next,
        }),
      ),
    ),
  );
  for await (const page of all) {
    for (const offering of page.InstanceTypeOfferings ?? [])
      zones.get(offering.InstanceType ?? "")?.add(offering.Location ?? "");
  }
  return zones;
}

function toInstanceType(type: InstanceTypeInfo): AwsInstanceType {
  const ebs = type.EbsInfo?.EbsOptimizedInfo;
  return {
    name: type.InstanceType ?? "",
    vcpus: type.VCpuInfo?.DefaultVCpus ?? 0,
    architectures: type.ProcessorInfo?.SupportedArchitectures ?? [],
    hypervisor: type.Hypervisor,
    bareMetal: type.BareMetal ?? false,
    hasGpu: (type.GpuInfo?.Gpus?.length ?? 0) > 0,
    usageClasses: type.SupportedUsageClasses ?? [],
    // AWS gives MB (10^6 bytes) per second.
    ebsBaselineMiBps: toMiB(ebs?.BaselineThroughputInMBps),
    ebsBurstMiBps: toMiB(ebs?.MaximumThroughputInMBps),
    networkBaselineMiBps: networkBaseline(type),
  };
}

function networkBaseline(type: InstanceTypeInfo): number | undefined {
  const cards = type.NetworkInfo?.NetworkCards ?? [];
  const gigabits = cards.reduce((sum, card) => sum + (card.BaselineBandwidthInGbps ?? 0), 0);
  return gigabits === 0 ? undefined : toMiB((gigabits * 1_000) / 8);
}

function toMiB(megabytes: number | undefined): number | undefined {
  return megabytes === undefined ? undefined : (megabytes * 1_000_000) / 1_048_576;
}
