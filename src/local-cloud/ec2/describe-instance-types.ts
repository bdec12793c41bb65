import type {
  DescribeInstanceTypeOfferingsRequest,
  DescribeInstanceTypeOfferingsResult,
  DescribeInstanceTypesRequest,
  DescribeInstanceTypesResult,
  InstanceTypeInfo,
  InstanceTypeOffering,
} from "@aws-sdk/client-ec2";
import type { InstanceTypeFacts } from "../../facts/instance-type.ts";
import { instanceTypes } from "../../facts/instance-types.ts";
import { ApiError } from "../call.ts";
import type { Ec2 } from "./ec2.ts";
import { stopIfDryRun } from "./errors.ts";
import { applyFilters, type FilterFields, trueOrFalse } from "./filters.ts";
import { zonesOffering } from "./instance-types.ts";
import { pageOf } from "./paging.ts";
import { zoneIdOf } from "./zones.ts";

type Entry = readonly [name: string, facts: InstanceTypeFacts];
type TypeName = NonNullable<InstanceTypeInfo["InstanceType"]>;

/** The filters of the DescribeInstanceTypes API page that the facts can answer. */
const fields: FilterFields<Entry> = {
  "bare-metal": () => "false",
  "current-generation": () => "true",
  "ebs-info.ebs-optimized-info.baseline-bandwidth-in-mbps": ([, { ebs }]) =>
    text(ebs.baseline?.[0]),
  "ebs-info.ebs-optimized-info.baseline-throughput-in-mbps": ([, { ebs }]) =>
    text(ebs.baseline?.[1]),
  "ebs-info.ebs-optimized-info.baseline-iops": ([, { ebs }]) => text(ebs.baseline?.[2]),
  "ebs-info.ebs-optimized-info.maximum-bandwidth-in-mbps": ([, { ebs }]) => text(ebs.maximum?.[0]),
  "ebs-info.ebs-optimized-info.maximum-throughput-in-mbps": ([, { ebs }]) => text(ebs.maximum?.[1]),
  "ebs-info.ebs-optimized-info.maximum-iops": ([, { ebs }]) => text(ebs.maximum?.[2]),
  "ebs-info.ebs-optimized-support": ([, { ebs }]) => ebs.optimized,
  "ebs-info.nvme-support": ([, facts]) => nvmeSupport(facts),
  hypervisor: ([, { hypervisor }]) => hypervisor,
  "instance-storage-supported": ([, { instanceStore }]) => trueOrFalse(instanceStore !== undefined),
  "instance-storage-info.disk.count": ([, { instanceStore }]) => text(instanceStore?.disks),
  "instance-storage-info.disk.size-in-gb": ([, { instanceStore }]) => text(instanceStore?.sizeGB),
  "instance-storage-info.disk.type": ([, { instanceStore }]) => instanceStore?.type,
  "instance-type": ([name]) => name,
  "memory-info.size-in-mib": ([, { memoryMiB }]) => text(memoryMiB),
  "network-info.efa-supported": ([, { network }]) => trueOrFalse(network.efa),
  "network-info.maximum-network-cards": ([, { network }]) => text(network.cards),
  "network-info.maximum-network-interfaces": ([, { network }]) => text(network.interfaces),
  "network-info.network-performance": ([, { network }]) => network.performance,
  "processor-info.supported-architecture": ([, { architecture }]) => architecture,
  "supported-root-device-type": () => "ebs",
  "supported-usage-class": () => ["on-demand", "spot"],
  "supported-virtualization-type": () => "hvm",
  "vcpu-info.default-vcpus": ([, { vcpus }]) => text(vcpus),
};

const text = (value: number | undefined): string | undefined => value?.toString();

function nvmeSupport({ hypervisor }: InstanceTypeFacts): "required" | "unsupported" {
  return hypervisor === "nitro" ? "required" : "unsupported";
}

export function describeInstanceTypes(
  _ec2: Ec2,
  input: DescribeInstanceTypesRequest,
): DescribeInstanceTypesResult {
  const names: readonly string[] = input.InstanceTypes ?? [];
  const unknown = names.filter((name) => !Object.hasOwn(instanceTypes, name));
  if (unknown.length > 0) {
    throw new ApiError(
      "InvalidInstanceType",
      `The following supplied instance types do not exist: [${unknown.join(", ")}]`,
    );
  }
  const all = Object.entries(instanceTypes);
  const named = all.filter(([name]) => names.length === 0 || names.includes(name));
  const found = applyFilters(named, input.Filters, fields);
  const page = pageOf(found, ([name]) => name, input, {
    min: 5,
    max: 100,
    hasIds: names.length > 0,
  });
  stopIfDryRun(input);
  return {
    InstanceTypes: page.rows.map(toSdkInfo),
    ...(page.NextToken ? { NextToken: page.NextToken } : {}),
  };
}

function toSdkInfo([name, facts]: Entry): InstanceTypeInfo {
  const { gpu, ebs, network, instanceStore } = facts;
  return {
    InstanceType: name as TypeName,
    CurrentGeneration: true,
    BareMetal: false,
    Hypervisor: facts.hypervisor,
    SupportedUsageClasses: ["on-demand", "spot"],
    SupportedRootDeviceTypes: ["ebs"],
    SupportedVirtualizationTypes: ["hvm"],
    ProcessorInfo: { SupportedArchitectures: [facts.architecture] },
    VCpuInfo: { DefaultVCpus: facts.vcpus },
    MemoryInfo: { SizeInMiB: facts.memoryMiB },
    EbsInfo: {
      EbsOptimizedSupport: ebs.optimized,
      EncryptionSupport: "supported",
      NvmeSupport: nvmeSupport(facts),
      MaximumEbsAttachments: facts.maxAttachments,
      AttachmentLimitType: facts.attachmentLimit,
      ...(ebs.baseline && ebs.maximum
        ? {
            EbsOptimizedInfo: {
              BaselineBandwidthInMbps: ebs.baseline[0],
              BaselineThroughputInMBps: ebs.baseline[1],
              BaselineIops: ebs.baseline[2],
              MaximumBandwidthInMbps: ebs.maximum[0],
              MaximumThroughputInMBps: ebs.maximum[1],
              MaximumIops: ebs.maximum[2],
            },
          }
        : {}),
    },
    NetworkInfo: {
      NetworkPerformance: network.performance,
      MaximumNetworkCards: network.cards,
      MaximumNetworkInterfaces: network.interfaces,
      EfaSupported: network.efa,
      NetworkCards: Array.from({ length: network.cards }, (_, NetworkCardIndex) => ({
        NetworkCardIndex,
        BaselineBandwidthInGbps: network.baselineGbps / network.cards,
        PeakBandwidthInGbps: network.peakGbps / network.cards,
      })),
    },
    InstanceStorageSupported: instanceStore !== undefined,
    ...(instanceStore
      ? {
          InstanceStorageInfo: {
            TotalSizeInGB: instanceStore.disks * instanceStore.sizeGB,
            Disks: [
              {
                Count: instanceStore.disks,
                SizeInGB: instanceStore.sizeGB,
                Type: instanceStore.type,
              },
            ],
            NvmeSupport: "required",
            EncryptionSupport: "required",
          },
        }
      : {}),
    ...(gpu
      ? {
          GpuInfo: {
            Gpus: [
              {
                Count: gpu.count,
                Manufacturer: gpu.manufacturer,
                Name: gpu.name,
                MemoryInfo: { SizeInMiB: gpu.memoryMiB },
              },
            ],
            TotalGpuMemoryInMiB: gpu.count * gpu.memoryMiB,
          },
        }
      : {}),
  };
}

/** Rules: DescribeInstanceTypeOfferings API page; by region unless a finer location type is asked for. */
export function describeInstanceTypeOfferings(
  ec2: Ec2,
  input: DescribeInstanceTypeOfferingsRequest,
): DescribeInstanceTypeOfferingsResult {
  const LocationType = input.LocationType ?? "region";
  if (LocationType === "outpost") return { InstanceTypeOfferings: [] };
  const all = Object.keys(instanceTypes).flatMap((name) =>
    locationsOf(ec2, name, LocationType).map((Location): InstanceTypeOffering => ({
      InstanceType: name as TypeName,
      LocationType,
      Location,
    })),
  );
  const found = applyFilters(all, input.Filters, {
    "instance-type": ({ InstanceType }) => InstanceType,
    location: ({ Location }) => Location,
  });
  const page = pageOf(found, ({ InstanceType, Location }) => `${InstanceType} ${Location}`, input, {
    min: 5,
    max: 1_000,
    hasIds: false,
  });
  stopIfDryRun(input);
  return {
    InstanceTypeOfferings: [...page.rows],
    ...(page.NextToken ? { NextToken: page.NextToken } : {}),
  };
}

function locationsOf(
  ec2: Ec2,
  name: string,
  type: "region" | "availability-zone" | "availability-zone-id",
): string[] {
  if (type === "region") return [ec2.region];
  const zones = zonesOffering(ec2.region, name);
  return type === "availability-zone" ? zones : zones.map((zone) => zoneIdOf(ec2.region, zone));
}
