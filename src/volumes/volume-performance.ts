import { RunctlError } from "../errors.ts";
import {
  type EbsVolumeType,
  type VolumeTypeLimits,
  volumeTypeLimits,
} from "../facts/ebs-limits.ts";

export interface WantedPerformance {
  type: EbsVolumeType;
  sizeGiB: number;
  /** Operations per second; undefined: what the type gives freely, if it does. */
  iops?: number | undefined;
  /** MiB (2^20 bytes) per second; undefined: what the type gives freely. */
  throughputMiBps?: number | undefined;
  multiAttach: boolean;
}

/** What is sent to CreateVolume; undefined for types that refuse the parameter. */
export interface Performance {
  iops: number | undefined;
  throughputMiBps: number | undefined;
}

/** What a multi-attach volume gets where nothing is said. */
const multiAttachIops = 3_000;

/**
 * The performance that a volume of this type and size will have.
 *
 * @throws RunctlError INVALID_VOLUME_SPEC where AWS would refuse; its hint has the nearest value that AWS takes.
 * @see facts/ebs-limits.ts for each number's source.
 */
export function volumePerformance(wanted: WantedPerformance): Performance {
  const { type, sizeGiB } = wanted;
  const limits: VolumeTypeLimits = volumeTypeLimits[type];
  requireWithin(`size of ${type} in GiB`, "--size", sizeGiB, limits.sizeGiB);
  if (wanted.multiAttach && !limits.multiAttach)
    throw new RunctlError("INVALID_VOLUME_SPEC", `${type} has no multi-attach`, {
      hint: "multi-attach needs --type io2 (or io1, in few regions)",
    });
  const iops = iopsOf(wanted, limits.iops);
  return { iops, throughputMiBps: throughputOf(wanted, limits.throughputMiBps, iops ?? 0) };
}

function iopsOf(wanted: WantedPerformance, limits: VolumeTypeLimits["iops"]): number | undefined {
  if (!limits) return refused(wanted.type, "--iops", wanted.iops);
  // The smallest volumes get the minimum although their size alone would earn less.
  const sizeEarns = Math.max(limits.min, wanted.sizeGiB * limits.perGiB);
  const max = Math.min(limits.max, sizeEarns);
  const preset = limits.default ?? (wanted.multiAttach ? multiAttachIops : undefined);
  const iops = wanted.iops ?? (preset === undefined ? undefined : Math.min(preset, max));
  if (iops === undefined)
    throw new RunctlError("INVALID_VOLUME_SPEC", `${wanted.type} needs --iops`, {
      hint: `give --iops ${limits.min} to ${max} for ${wanted.sizeGiB} GiB`,
    });
  requireWithin(`iops of ${wanted.sizeGiB} GiB ${wanted.type}`, "--iops", iops, {
    min: limits.min,
    max,
  });
  return iops;
}

function throughputOf(
  wanted: WantedPerformance,
  limits: VolumeTypeLimits["throughputMiBps"],
  iops: number,
): number | undefined {
  if (!limits) return refused(wanted.type, "--throughput", wanted.throughputMiBps);
  const throughput = wanted.throughputMiBps ?? limits.default;
  const max = Math.min(limits.max, Math.floor(iops * limits.perIops));
  requireWithin(
    `throughput in MiB/s of ${wanted.type} with ${iops} iops`,
    "--throughput",
    throughput,
    {
      min: limits.min,
      max,
    },
  );
  return throughput;
}

function requireWithin(
  what: string,
  flag: string,
  value: number,
  { min, max }: { min: number; max: number },
): void {
  if (value >= min && value <= max) return;
  const nearest = value < min ? min : max;
  throw new RunctlError("INVALID_VOLUME_SPEC", `${what} is ${min} to ${max}, not ${value}`, {
    hint: `the nearest is ${flag} ${nearest}`,
  });
}

function refused(type: string, flag: string, value: number | undefined): undefined {
  if (value === undefined) return undefined;
  throw new RunctlError("INVALID_VOLUME_SPEC", `${type} takes no ${flag}, and ${value} was given`, {
    hint: `leave ${flag} out, or choose --type gp3`,
  });
}
