/**
 * What AWS charges for storage, per unit in US dollars: one row for each price, with its source.
 *
 * The rows hold in the regions of `priceRegions`, which AWS prices alike. Where AWS bills a "GB", it means GiB
 * ("Amazon EBS pricing", "Amazon S3 pricing").
 */
export interface PriceRow {
  /** Undefined: no sure source; nothing is computed with it unless the user gives a price. */
  usd: number | undefined;
  /** What one price buys. */
  unit: string;
  source: string;
  /** When the source was read, or, for a standing price, last held to be true. */
  asOf: string;
  /**
   * `read`: read in AWS's own page or API. `standing`: AWS's list price for years, not read again.
   * `unconfirmed`: only second-hand, or only in an example for a region without a name.
   */
  certainty: "read" | "standing" | "unconfirmed";
}

type KnownPrice = PriceRow & { usd: number };

/** Regions in which the table holds. */
export const priceRegions: readonly string[] = ["us-east-1", "us-east-2", "us-west-2"];

const ebs = "Amazon EBS pricing";
const s3 = "Amazon S3 pricing";
const asOf = "2026-11-23";

const standing = (usd: number, unit: string, source: string): KnownPrice => ({
  usd,
  unit,
  source,
  asOf,
  certainty: "standing",
});
const read = (usd: number, unit: string, source: string): KnownPrice => ({
  usd,
  unit,
  source,
  asOf,
  certainty: "read",
});
const unconfirmed = (unit: string, source: string): PriceRow => ({
  usd: undefined,
  unit,
  source,
  asOf,
  certainty: "unconfirmed",
});

export const storagePrices = {
  gp3GiBMonth: standing(0.08, "GiB-month", ebs),
  gp3IopsMonth: standing(0.005, "IOPS-month above 3,000", ebs),
  gp3MiBpsMonth: standing(0.04, "MiB/s-month above 125", ebs),
  gp2GiBMonth: standing(0.1, "GiB-month", ebs),
  io2GiBMonth: standing(0.125, "GiB-month", ebs),
  io2IopsMonth: standing(0.065, "IOPS-month up to 32,000", ebs),
  io2IopsMonthAbove32000: standing(0.0455, "IOPS-month from 32,000 to 64,000", ebs),
  io2IopsMonthAbove64000: standing(0.032, "IOPS-month above 64,000", ebs),
  io1GiBMonth: standing(0.125, "GiB-month", ebs),
  io1IopsMonth: standing(0.065, "IOPS-month", ebs),
  st1GiBMonth: standing(0.045, "GiB-month", ebs),
  sc1GiBMonth: standing(0.015, "GiB-month", ebs),
  standardGiBMonth: standing(0.05, "GiB-month", ebs),
  snapshotGiBMonth: read(0.05, "GiB-month", `${ebs}, snapshots`),
  fastRestoreZoneHour: read(0.75, "hour, snapshot and zone", "How AWS Pricing Works, Amazon EBS"),
  initializationGiBMiBps: unconfirmed(
    "GiB and MiB/s of initialization rate",
    `${ebs}: a fee for GiB times MiB/s; its rate in these regions was not found`,
  ),
  cloneGiB: unconfirmed(
    "GiB copied by CopyVolumes",
    `${ebs}: a fee once for each GiB; its rate in these regions was not found`,
  ),
  s3StandardGiBMonth: standing(0.023, "GiB-month, first 50 TB", s3),
  s3Get: standing(4e-7, "GET", s3),
  expressGiBMonth: read(0.11, "GiB-month", `${s3}, S3 Express One Zone, in the S3 FAQ`),
  expressGet: read(3e-8, "GET", `${s3}, S3 Express One Zone, in the S3 FAQ`),
  expressReadGiB: read(0.0006, "GiB read", `${s3}, S3 Express One Zone, in the S3 FAQ`),
  s3FilesGiBMonth: unconfirmed(
    "GiB-month of high-performance storage",
    "How S3 Files is metered (S3 user guide) has the dimensions; rates were found second-hand only",
  ),
  s3FilesReadGiB: unconfirmed("GiB read from it", "How S3 Files is metered (S3 user guide)"),
} as const satisfies Record<string, PriceRow>;

export type PriceKey = keyof typeof storagePrices;
