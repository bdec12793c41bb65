import { volumeTypeLimits } from "../facts/ebs-limits.ts";
import { io2Throughput } from "../facts/restore-limits.ts";
import { bytesPerGiB, bytesPerMiB, type Situation } from "./situation.ts";
import { ssdOperationBytes, type Volume, type WeighedType, weighedTypes } from "./volume-speed.ts";

/** What the user has decided already. */
export interface PinnedVolume {
  type?: WeighedType | undefined;
  throughputMiBps?: number | undefined;
}

export interface VolumeChoice {
  volume: Volume;
  /** The best of each other type, dearest last, and what it would cost. */
  losers: ReadonlyArray<{ volume: Volume; usd: number }>;
  usd: number;
}

/** Steps of throughput that are tried, MiB/s. */
const stepMiBps = 50;

/** Volumes that hold the dataset, of each type in every performance that could matter. */
export function volumesFor(situation: Situation, pinned: PinnedVolume): Volume[] {
  const sizeGiB = Math.ceil((situation.datasetBytes * situation.volumeHeadroom) / bytesPerGiB);
  const types = pinned.type ? [pinned.type] : typesFor(situation);
  return types.flatMap((type) => {
    const limits = volumeTypeLimits[type];
    if (sizeGiB > limits.sizeGiB.max) return [];
    const size = Math.max(sizeGiB, limits.sizeGiB.min);
    if (type === "st1" || type === "sc1")
      return [{ type, sizeGiB: size, iops: undefined, throughputMiBps: undefined }];
    return throughputs(situation, pinned).flatMap((wanted) => ssd(type, size, wanted, situation));
  });
}

/** Hard disks are cheap and slow: they can only be weighed where it is told what training reads. */
const typesFor = ({ ingestBytesPerSecond }: Situation): readonly WeighedType[] =>
  ingestBytesPerSecond === undefined ? ["gp3", "io2"] : weighedTypes;

/** From the free performance up to what the instance carries: more would be paid for nothing. */
function throughputs({ instance, ingestBytesPerSecond }: Situation, pinned: PinnedVolume) {
  if (pinned.throughputMiBps !== undefined) return [pinned.throughputMiBps];
  const most = Math.floor(instance.ebsBytesPerSecond / bytesPerMiB);
  const steps = Array.from({ length: 40 }, (_, step) => 125 + step * stepMiBps);
  const needed = Math.ceil((ingestBytesPerSecond ?? 0) / bytesPerMiB);
  return [...steps, needed, most].filter((one) => one >= 125 && one <= Math.max(125, most));
}

/** With the operations that its throughput needs, and, where files are small, with more of them. */
function ssd(
  type: "gp3" | "io2",
  sizeGiB: number,
  throughputMiBps: number,
  { datasetBytes, objects }: Situation,
): Volume[] {
  const { iops: limits } = volumeTypeLimits[type];
  const isGp3 = type === "gp3";
  const { perIops, max } = volumeTypeLimits.gp3.throughputMiBps;
  const needed = Math.ceil(throughputMiBps / (isGp3 ? perIops : io2Throughput.miBpsPerIops));
  const least = Math.max(limits.min, needed);
  const most = Math.min(limits.max, Math.max(limits.min, sizeGiB * limits.perGiB));
  if (throughputMiBps > (isGp3 ? max : io2Throughput.maxMiBps)) return [];
  const hasSmallFiles = datasetBytes / Math.max(1, objects) < ssdOperationBytes;
  const more = hasSmallFiles ? moreIops.filter((iops) => iops > least) : [];
  return [least, ...more]
    .filter((iops) => iops <= most)
    .map((iops) => ({
      type,
      sizeGiB,
      iops,
      throughputMiBps: isGp3 ? throughputMiBps : undefined,
    }));
}

/** Operations per second that are tried for small files. */
const moreIops = [4_000, 6_000, 8_000, 12_000, 16_000, 24_000, 32_000, 48_000, 64_000];

/**
 * The volume with which a plan is cheapest, by what the whole plan costs with it.
 *
 * Every candidate is tried: the costs fall and rise once, but limits of instances and the prices of IOPS put corners
 * into them.
 *
 * @returns undefined where no type is large enough
 */
export function chooseVolume(
  candidates: readonly Volume[],
  planUsd: (volume: Volume) => number,
): VolumeChoice | undefined {
  const best = new Map<WeighedType, { volume: Volume; usd: number }>();
  for (const volume of candidates) {
    const usd = planUsd(volume);
    const known = best.get(volume.type);
    if (!known || usd < known.usd) best.set(volume.type, { volume, usd });
  }
  const [winner, ...losers] = [...best.values()].toSorted((a, b) => a.usd - b.usd);
  return winner && { ...winner, losers };
}
