/** What AWS documents about the ways to make a volume from a snapshot or from another volume. */

/** "Initialize Amazon EBS volumes", EBS user guide: what all volumes of a region together may ask for, MiB/s. */
export const regionInitializationMiBps = 5_000;

/** "Amazon EBS fast snapshot restore": volumes an hour that are full at once, for each snapshot and zone. */
export function fastRestoreCreditsPerHour(snapshotGiB: number): number {
  return Math.min(10, 1_024 / snapshotGiB);
}

/** "Copy an Amazon EBS volume": MiB/s at most while the copy is not complete. */
export const cloneMiBps = 125;

/**
 * "Copy an Amazon EBS volume": one copy of a source at a time. A region takes 5 at once, but all clones of a dataset
 * have the same source.
 */
export const clonesAtOnce = 1;

/** "Throughput Optimized HDD and Cold HDD volumes", EBS user guide; sc1's figures are standing ones, not read again. */
export const hddThroughput = {
  st1: { baseMiBpsPerTiB: 40, burstMiBpsPerTiB: 250, maxMiBps: 500 },
  sc1: { baseMiBpsPerTiB: 12, burstMiBpsPerTiB: 80, maxMiBps: 250 },
} as const;

/** "Provisioned IOPS SSD volumes": MiB/s that one provisioned operation per second of io2 carries, and the most. */
export const io2Throughput = { miBpsPerIops: 0.256, maxMiBps: 4_000 } as const;
