/**
 * What EBS allows for each volume type.
 *
 * Sizes, IOPS and throughput: CreateVolume API page (botocore 1.43.11 model, 2026-05).
 * Ratios: "General Purpose SSD volumes" and "Provisioned IOPS SSD volumes", EBS user guide (read 2026-11).
 */
export interface VolumeTypeLimits {
  sizeGiB: Range;
  /** Absent: the parameter `Iops` is refused. */
  iops?: Range & {
    /** Absent: `Iops` must be given. */
    default?: number;
    /** Most operations per second that one GiB earns. */
    perGiB: number;
  };
  /** MiB/s. Absent: the parameter `Throughput` is refused. */
  throughputMiBps?: Range & { default: number; perIops: number };
  /** io1 and io2 only ("Attach an EBS volume to multiple EC2 instances using Multi-Attach"). */
  multiAttach: boolean;
  /** Whether it can be a root volume ("Amazon EBS volume types"). */
  boot: boolean;
}

export interface Range {
  min: number;
  max: number;
}

export const volumeTypeLimits = {
  gp3: {
    sizeGiB: { min: 1, max: 65_536 },
    iops: { min: 3_000, max: 80_000, default: 3_000, perGiB: 500 },
    throughputMiBps: { min: 125, max: 2_000, default: 125, perIops: 0.25 },
    multiAttach: false,
    boot: true,
  },
  gp2: { sizeGiB: { min: 1, max: 16_384 }, multiAttach: false, boot: true },
  io2: {
    sizeGiB: { min: 4, max: 65_536 },
    iops: { min: 100, max: 256_000, perGiB: 1_000 },
    multiAttach: true,
    boot: true,
  },
  io1: {
    sizeGiB: { min: 4, max: 16_384 },
    iops: { min: 100, max: 64_000, perGiB: 50 },
    multiAttach: true,
    boot: true,
  },
  st1: { sizeGiB: { min: 125, max: 16_384 }, multiAttach: false, boot: false },
  sc1: { sizeGiB: { min: 125, max: 16_384 }, multiAttach: false, boot: false },
  standard: { sizeGiB: { min: 1, max: 1_024 }, multiAttach: false, boot: true },
} as const satisfies Record<string, VolumeTypeLimits>;

export type EbsVolumeType = keyof typeof volumeTypeLimits;

/** gp2 earns 3 operations per second and GiB, at least 100, at most 16,000 ("General Purpose SSD volumes"). */
export function gp2Iops(sizeGiB: number): number {
  return Math.min(16_000, Math.max(100, 3 * sizeGiB));
}

/** The paid rate at which a volume is filled from its snapshot ("Initialize Amazon EBS volumes", MiB/s). */
export const initializationRateMiBps: Range = { min: 100, max: 300 };

/** Instances that one Multi-Attach volume can be attached to. */
export const maxMultiAttachments = 16;
