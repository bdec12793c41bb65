/**
 * Regions and their zones. In us-east-1 a zone's name means another zone id in each account
 * ("Availability Zone IDs for your AWS resources", AWS RAM user guide); the order here is one account's.
 *
 * Source: DescribeRegions and DescribeAvailabilityZones as documented in "Regions and Zones", EC2 user guide, 2026-11.
 */
export interface RegionFacts {
  /** Start of the zone ids, such as `use1`. */
  zoneIdPrefix: string;
  /** Zone letter → number in the zone id. */
  zones: Readonly<Record<string, number>>;
}

export const regions: Readonly<Record<string, RegionFacts>> = {
  "us-east-1": { zoneIdPrefix: "use1", zones: { a: 4, b: 6, c: 1, d: 2, e: 3, f: 5 } },
  "us-east-2": { zoneIdPrefix: "use2", zones: { a: 1, b: 2, c: 3 } },
  "us-west-1": { zoneIdPrefix: "usw1", zones: { a: 3, b: 1 } },
  "us-west-2": { zoneIdPrefix: "usw2", zones: { a: 1, b: 2, c: 3, d: 4 } },
  "ca-central-1": { zoneIdPrefix: "cac1", zones: { a: 1, b: 2, d: 4 } },
  "sa-east-1": { zoneIdPrefix: "sae1", zones: { a: 1, b: 2, c: 3 } },
  "eu-central-1": { zoneIdPrefix: "euc1", zones: { a: 2, b: 3, c: 1 } },
  "eu-north-1": { zoneIdPrefix: "eun1", zones: { a: 1, b: 2, c: 3 } },
  "eu-west-1": { zoneIdPrefix: "euw1", zones: { a: 1, b: 2, c: 3 } },
  "eu-west-2": { zoneIdPrefix: "euw2", zones: { a: 2, b: 3, c: 1 } },
  "eu-west-3": { zoneIdPrefix: "euw3", zones: { a: 1, b: 2, c: 3 } },
  "ap-northeast-1": { zoneIdPrefix: "apne1", zones: { a: 4, c: 1, d: 2 } },
  "ap-northeast-2": { zoneIdPrefix: "apne2", zones: { a: 1, b: 2, c: 3, d: 4 } },
  "ap-south-1": { zoneIdPrefix: "aps1", zones: { a: 1, b: 3, c: 2 } },
  "ap-southeast-1": { zoneIdPrefix: "apse1", zones: { a: 1, b: 2, c: 3 } },
  "ap-southeast-2": { zoneIdPrefix: "apse2", zones: { a: 1, b: 3, c: 2 } },
};
