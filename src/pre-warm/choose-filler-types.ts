import type { AwsInstanceType } from "../aws/instance-types.ts";
import type { AwsVolume } from "../aws/volumes.ts";

/**
 * Types that a volume may be filled by, the cheapest first: of one architecture, without GPUs, each of
 * the next better in network and EBS bandwidth.
 */
export const fillerCandidates = [
  "m5.large",
  "c5.2xlarge",
  "m5.2xlarge",
  "c7i.2xlarge",
  "c5.9xlarge",
] as const;

type Bandwidth = Pick<AwsInstanceType, "name" | "ebsBaselineMiBps" | "networkBaselineMiBps">;

/**
 * The types in the order in which they should be tried: first those that keep up with the volume, the
 * cheapest first, then the others, the fastest first. Bursts do not count: a fill outlasts them.
 *
 * @param types the cheapest first.
 */
export function chooseFillerTypes(
  volume: Pick<AwsVolume, "type" | "iops" | "throughputMiBps">,
  types: readonly Bandwidth[],
): string[] {
  const wanted = volumeRateMiBps(volume);
  const enough = types.filter((type) => rateMiBps(type) >= wanted);
  const others = types.filter((type) => rateMiBps(type) < wanted);
  const fallbacks = others.toSorted((left, right) => rateMiBps(right) - rateMiBps(left));
  return [...enough, ...fallbacks].map((type) => type.name);
}

/** What comes in from S3 goes out to EBS, so that the slower of the two decides. */
function rateMiBps({ ebsBaselineMiBps = 0, networkBaselineMiBps = 0 }: Bandwidth): number {
  return Math.min(ebsBaselineMiBps, networkBaselineMiBps);
}

/**
 * What the volume takes at most, MiB per second ("Amazon EBS volume types"; io1 and io2: 256 KiB an
 * operation, "Provisioned IOPS SSD volumes").
 */
export function volumeRateMiBps(
  volume: Pick<AwsVolume, "type" | "iops" | "throughputMiBps">,
): number {
  const { iops = 0, throughputMiBps } = volume;
  if (throughputMiBps !== undefined) return throughputMiBps;
  if (volume.type === "io2") return Math.min(4_000, iops * 0.25);
  if (volume.type === "io1") return Math.min(1_000, iops * 0.25);
  if (volume.type === "st1") return 500;
  return volume.type === "standard" ? 90 : 250;
}
