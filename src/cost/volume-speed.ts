import { hddThroughput, io2Throughput } from "../facts/restore-limits.ts";
import { bytesPerMiB, type Situation } from "./situation.ts";

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

/** An SSD counts what it reads in operations of up to 256 KiB ("Amazon EBS I/O characteristics and monitoring"). */
export const ssdOperationBytes = 256 * 1_024;

export interface Speed {
  bytesPerSecond: number;
  limitedBy: string;
}

/** What one machine reads from the volume, and what bounds it. */
export function volumeSpeed(volume: Volume, situation: Situation): Speed {
  const own = ownSpeed(volume, situation);
  const { ebsBytesPerSecond } = situation.instance;
  return own.bytesPerSecond <= ebsBytesPerSecond
    ? own
    : { bytesPerSecond: ebsBytesPerSecond, limitedBy: "instance EBS bandwidth" };
}

function ownSpeed(volume: Volume, situation: Situation): Speed {
  const { type, iops } = volume;
  const provisioned = provisionedBytesPerSecond(volume);
  const limitedBy = `volume throughput (${type})`;
  if (provisioned === undefined || iops === undefined)
    return { bytesPerSecond: hddBytesPerSecond(volume, situation), limitedBy };
  const fileBytes = situation.datasetBytes / Math.max(1, situation.objects);
  const byOperations = iops * Math.min(ssdOperationBytes, fileBytes);
  return byOperations < provisioned
    ? { bytesPerSecond: byOperations, limitedBy: `volume IOPS (${type})` }
    : { bytesPerSecond: provisioned, limitedBy };
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
