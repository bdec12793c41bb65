import { volumeTypeLimits } from "../facts/ebs-limits.ts";
import { hddThroughput, io2Throughput } from "../facts/restore-limits.ts";
import { bytesPerGiB, bytesPerMiB, type Situation } from "./situation.ts";

/** Types that the advisor weighs; gp2, io1 and standard are older and dearer for the same work. */
export const weighedTypes = ["gp3", "io2", "st1", "sc1"] as const;
export type WeighedType = (typeof weighedTypes)[number];

export interface Volume {
  type: WeighedType;
  sizeGiB: number;
  /** Undefined: the type takes none. */
  iops: number | undefined;
  /** Undefined: the type takes none. */
  throughputMiBps: number | undefined;
}

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
const stepMiBps = 25;

/** Volumes that hold the dataset, of each type in every performance that could matter. */
function candidates(situation: Situation, pinned: PinnedVolume): Volume[] {
  const sizeGiB = Math.ceil((situation.datasetBytes * situation.volumeHeadroom) / bytesPerGiB);
  const types = pinned.type ? [pinned.type] : typesFor(situation);
  return types.flatMap((type) => {
    const limits = volumeTypeLimits[type];
    if (sizeGiB > limits.sizeGiB.max) return [];
    const size = Math.max(sizeGiB, limits.sizeGiB.min);
    if (type === "st1" || type === "sc1")
      return [{ type, sizeGiB: size, iops: undefined, throughputMiBps: undefined }];
    return throughputs(situation, pinned).flatMap((wanted) => ssd(type, size, wanted));
  });
}

/** Hard disks are cheap and slow: they can only be weighed where it is told what training reads. */
const typesFor = ({ ingestBytesPerSecond }: Situation): readonly WeighedType[] =>
  ingestBytesPerSecond === undefined ? ["gp3", "io2"] : weighedTypes;

/** From the free performance up to what the instance carries: more would be paid for nothing. */
function throughputs({ instance, ingestBytesPerSecond }: Situation, pinned: PinnedVolume) {
  if (pinned.throughputMiBps !== undefined) return [pinned.throughputMiBps];
  const most = Math.floor(instance.ebsBytesPerSecond / bytesPerMiB);
  const steps = Array.from({ length: 80 }, (_, step) => 125 + step * stepMiBps);
  const needed = Math.ceil((ingestBytesPerSecond ?? 0) / bytesPerMiB);
  return [...steps, needed, most].filter((one) => one >= 125 && one <= Math.max(125, most));
}

function ssd(type: "gp3" | "io2", sizeGiB: number, throughputMiBps: number): Volume[] {
  const limits = volumeTypeLimits[type];
  const perIops =
    type === "gp3" ? volumeTypeLimits.gp3.throughputMiBps.perIops : io2Throughput.miBpsPerIops;
  const mostMiBps =
    type === "gp3" ? volumeTypeLimits.gp3.throughputMiBps.max : io2Throughput.maxMiBps;
  const iops = Math.max(limits.iops.min, Math.ceil(throughputMiBps / perIops));
  const mostIops = Math.min(
    limits.iops.max,
    Math.max(limits.iops.min, sizeGiB * limits.iops.perGiB),
  );
  if (throughputMiBps > mostMiBps || iops > mostIops) return [];
  return [{ type, sizeGiB, iops, throughputMiBps: type === "gp3" ? throughputMiBps : undefined }];
}

/** What one machine reads from the volume, bytes per second, and what bounds it. */
export function volumeSpeed(
  volume: Volume,
  situation: Situation,
): { bytesPerSecond: number; limitedBy: string } {
  const own = ownBytesPerSecond(volume, situation);
  return own <= situation.instance.ebsBytesPerSecond
    ? { bytesPerSecond: own, limitedBy: `volume throughput (${volume.type})` }
    : {
        bytesPerSecond: situation.instance.ebsBytesPerSecond,
        limitedBy: "instance EBS bandwidth",
      };
}

function ownBytesPerSecond(volume: Volume, situation: Situation): number {
  return provisionedBytesPerSecond(volume) ?? hddBytesPerSecond(volume, situation);
}

/** Of a type that has what it was given at any time (gp3, io2); undefined for the others, whose speed depends. */
export function provisionedBytesPerSecond({
  type,
  iops = 0,
  throughputMiBps,
}: Pick<Volume, "iops" | "throughputMiBps"> & { type: string }): number | undefined {
  if (type === "gp3") return (throughputMiBps ?? 125) * bytesPerMiB;
  if (type !== "io2") return undefined;
  return Math.min(io2Throughput.maxMiBps, iops * io2Throughput.miBpsPerIops) * bytesPerMiB;
}

/**
 * A hard disk bursts while its credits last, and reads a small file like a large one: it counts in operations of
 * 1 MiB ("Throughput Optimized HDD and Cold HDD volumes").
 */
function hddBytesPerSecond({ type, sizeGiB }: Volume, situation: Situation): number {
  const { baseMiBpsPerTiB, burstMiBpsPerTiB, maxMiBps } = hddThroughput[type as "st1" | "sc1"];
  const tebibytes = sizeGiB / 1_024;
  const base = baseMiBpsPerTiB * tebibytes * bytesPerMiB;
  const { datasetBytes, passesPerMonth, hoursPerMonth, objects } = situation;
  const readOnAverage = (datasetBytes * passesPerMonth) / Math.max(1, hoursPerMonth * 3_600);
  const rate = readOnAverage > base ? base : burstMiBpsPerTiB * tebibytes * bytesPerMiB;
  const fileBytes = datasetBytes / Math.max(1, objects);
  return Math.min(rate, maxMiBps * bytesPerMiB) * Math.min(1, fileBytes / bytesPerMiB);
}

/**
 * The volume with which a plan is cheapest, by what the whole plan costs with it.
 *
 * Tries every type in steps of 25 MiB/s: the costs fall and rise once, but limits of instances and the prices of
 * IOPS put corners into them.
 *
 * @returns undefined where no type is large enough
 */
export function chooseVolume(
  situation: Situation,
  pinned: PinnedVolume,
  planUsd: (volume: Volume) => number,
): VolumeChoice | undefined {
  const best = new Map<WeighedType, { volume: Volume; usd: number }>();
  for (const volume of candidates(situation, pinned)) {
    const usd = planUsd(volume);
    const known = best.get(volume.type);
    if (!known || usd < known.usd) best.set(volume.type, { volume, usd });
  }
  const [winner, ...losers] = [...best.values()].toSorted((a, b) => a.usd - b.usd);
  return winner && { ...winner, losers };
}
