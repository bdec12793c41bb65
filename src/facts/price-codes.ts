import type { PriceKey } from "./storage-prices.ts";

/** How one price of the table is found in AWS's price list. */
export interface PriceCode {
  service: "AmazonEC2" | "AmazonS3";
  /** The list's `productFamily`, by which it is asked for. */
  family: string;
  /** The usage type without the region's code before it. */
  usage: string;
  /** The list's units, in lower case, and how many of the table's unit each is. */
  units: Readonly<Record<string, number>>;
  /** Of a price that falls with the amount, the first step holds. */
  isStepped?: true;
}

const gibMonth = { "gb-mo": 1, "gb-month": 1 };
const iopsMonth = { "iops-mo": 1, "iops-month": 1 };
const request = { requests: 1, count: 1 };

const volume = (usage: string) =>
  ({ service: "AmazonEC2", family: "Storage", usage, units: gibMonth }) as const;
const operations = (usage: string) =>
  ({ service: "AmazonEC2", family: "System Operation", usage, units: iopsMonth }) as const;
const bucket = (usage: string) =>
  ({ service: "AmazonS3", family: "Storage", usage, units: gibMonth, isStepped: true }) as const;
const requests = (usage: string) =>
  ({ service: "AmazonS3", family: "API Request", usage, units: request }) as const;

/**
 * Usage types as AWS documents them: "Understand codes for Amazon EBS in billing and usage reports" (EBS user guide)
 * and "Understanding your AWS billing and usage reports for Amazon S3" (S3 user guide). The list gives the throughput
 * of gp3 in GiB/s.
 */
export const priceCodes: Partial<Readonly<Record<PriceKey, PriceCode>>> = {
  gp3GiBMonth: volume("EBS:VolumeUsage.gp3"),
  gp3IopsMonth: operations("EBS:VolumeP-IOPS.gp3"),
  gp3MiBpsMonth: {
    service: "AmazonEC2",
    family: "Provisioned Throughput",
    usage: "EBS:VolumeP-Throughput.gp3",
    units: { "gibps-mo": 1_024, "mibps-mo": 1 },
  },
  gp2GiBMonth: volume("EBS:VolumeUsage.gp2"),
  io2GiBMonth: volume("EBS:VolumeUsage.io2"),
  io2IopsMonth: operations("EBS:VolumeP-IOPS.io2"),
  io2IopsMonthAbove32000: operations("EBS:VolumeP-IOPS.io2.tier2"),
  io2IopsMonthAbove64000: operations("EBS:VolumeP-IOPS.io2.tier3"),
  io1GiBMonth: volume("EBS:VolumeUsage.piops"),
  io1IopsMonth: operations("EBS:VolumeP-IOPS.piops"),
  st1GiBMonth: volume("EBS:VolumeUsage.st1"),
  sc1GiBMonth: volume("EBS:VolumeUsage.sc1"),
  standardGiBMonth: volume("EBS:VolumeUsage"),
  snapshotGiBMonth: {
    service: "AmazonEC2",
    family: "Storage Snapshot",
    usage: "EBS:SnapshotUsage",
    units: gibMonth,
  },
  fastRestoreZoneHour: {
    service: "AmazonEC2",
    family: "Fast Snapshot Restore",
    usage: "EBS:FastSnapshotRestore",
    units: { hours: 1, hrs: 1, "dsu-hours": 1 },
  },
  s3StandardGiBMonth: bucket("TimedStorage-ByteHrs"),
  s3Get: requests("Requests-Tier2"),
  expressGiBMonth: bucket("TimedStorage-XZ-ByteHrs"),
  expressGet: requests("Requests-XZ-Tier2"),
};

/** Of those that are not looked for, why. */
export const withoutPriceCode: Partial<Readonly<Record<PriceKey, string>>> = {
  initializationGiBMiBps: "AWS documents no usage type for it",
  cloneGiB: "AWS documents no usage type for it",
  expressReadGiB: "its usage type is documented for bytes above 512 KB of a request only",
  s3FilesGiBMonth: "AWS documents no usage type for it",
  s3FilesReadGiB: "AWS documents no usage type for it",
};
