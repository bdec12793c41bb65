/**
 * What AWS charges for instances, in US dollars an hour, Linux on demand: a dated table, for hints and estimates.
 *
 * AWS price API, us-east-1, as generated into the price table of Karpenter's AWS provider on 2026-07-20.
 */
export const priceRegion = "us-east-1";

export const instancePricesAsOf = "2026-07-20";

export const instancePrices: Readonly<Record<string, number>> = {
  "c5.2xlarge": 0.34,
  "c7i.2xlarge": 0.357,
  "m5.large": 0.096,
  "t3.micro": 0.0104,
  "g4dn.xlarge": 0.526,
  "g4dn.12xlarge": 3.912,
  "g5.xlarge": 1.006,
  "g5.12xlarge": 5.672,
  "g6.xlarge": 0.8048,
  "g6e.xlarge": 1.861,
  "g7e.2xlarge": 3.36312,
  "p3.2xlarge": 3.06,
  "p4d.24xlarge": 21.957642,
  "p4de.24xlarge": 27.44705,
  "p5.4xlarge": 6.88,
  "p5.48xlarge": 55.04,
  "p5en.48xlarge": 63.296,
  "p6-b200.48xlarge": 113.9328,
  "trn1.32xlarge": 21.5,
};
