/**
 * What AWS charges in us-east-1, in US dollars: a dated table, for hints and estimates.
 * Each row has its source; read the Price List API where a bill depends on it.
 */
export const priceRegion = "us-east-1";

/** "Amazon EBS pricing", standing prices as of 2026-11-23; the structure is that of "Amazon EBS volume types". */
export const volumePrices = {
  gp3: {
    usdPerGiBMonth: 0.08,
    freeIops: 3_000,
    usdPerIopsMonth: 0.005,
    freeMiBps: 125,
    usdPerMiBpsMonth: 0.04,
  },
  gp2: { usdPerGiBMonth: 0.1 },
  io2: { usdPerGiBMonth: 0.125 },
  io1: { usdPerGiBMonth: 0.125 },
  st1: { usdPerGiBMonth: 0.045 },
  sc1: { usdPerGiBMonth: 0.015 },
  standard: { usdPerGiBMonth: 0.05 },
} as const;

export interface IopsTier {
  /** Provisioned operations per second up to which the price holds. */
  upToIops: number;
  usdPerIopsMonth: number;
}

/** "Amazon EBS pricing" as of 2026-11-23. */
export const iopsTiers: Readonly<Record<"io1" | "io2", readonly IopsTier[]>> = {
  io1: [{ upToIops: Infinity, usdPerIopsMonth: 0.065 }],
  io2: [
    { upToIops: 32_000, usdPerIopsMonth: 0.065 },
    { upToIops: 64_000, usdPerIopsMonth: 0.0455 },
    { upToIops: Infinity, usdPerIopsMonth: 0.032 },
  ],
};

/**
 * Linux on demand, per hour. AWS price API, us-east-1, as generated into the price table of
 * Karpenter's AWS provider on 2026-07-20.
 */
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
