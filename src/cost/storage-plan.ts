import { waitHoursAnywhere } from "./capacity.ts";
import { type Bill, openBill } from "./bill.ts";
import { monthlyUsd, type PlanCost } from "./monthly-cost.ts";
import type { Rates } from "./resource-price.ts";
import type { Situation } from "./situation.ts";
import { chooseVolume, type VolumeChoice } from "./volume-choice.ts";
import { type Volume } from "./volume-speed.ts";

export type PlanId =
  | "s3-nvme"
  | "s3-gp3"
  | "s3-stream"
  | "s3-express"
  | "s3-files"
  | "ebs-one-zone"
  | "ebs-zones"
  | "hybrid"
  | "clone"
  | "snapshot-lazy"
  | "snapshot-rate"
  | "snapshot-fsr";

/** A way to bring the dataset to each new machine. */
export interface StoragePlan {
  id: PlanId;
  /** As it stands in a table. */
  title: string;
  /** Why it cannot be done at all. */
  impossible?: string;
  /** What must be told before it can be compared. */
  undecided?: string;
  /** The volume that makes it cheapest. */
  choice?: VolumeChoice;
  /** What the numbers leave out. */
  note?: string;
  cost(situation: Situation): PlanCost;
}

/** What plans are made for: the likely situation decides volumes, which then stay. */
export interface PlanInput {
  likely: Situation;
  rates: Rates;
  /** Among which the plans choose. */
  volumes: readonly Volume[];
}

export type CostParts = Omit<PlanCost, "unpriced" | "prices">;

/** A cost whose prices are looked up, and missing ones noted, while it is added up. */
export function priced(rates: Rates, parts: (bill: Bill) => CostParts): PlanCost {
  const bill = openBill(rates);
  return { ...parts(bill), unpriced: bill.unpriced(), prices: bill.prices() };
}

/** A plan whose volume is chosen by what the plan costs with it. */
export function planWithVolume(
  { likely, rates, volumes }: PlanInput,
  plan: Omit<StoragePlan, "cost" | "choice">,
  parts: (bill: Bill, situation: Situation, volume: Volume) => CostParts,
): StoragePlan {
  const costOf = (situation: Situation, volume: Volume) =>
    priced(rates, (bill) => parts(bill, situation, volume));
  const choice = chooseVolume(volumes, (volume) => monthlyUsd(costOf(likely, volume), likely));
  if (!choice) {
    const impossible = "no volume type is as large as the dataset";
    return { ...plan, impossible, cost: emptyCost };
  }
  return { ...plan, choice, cost: (situation) => costOf(situation, choice.volume) };
}

/** Of a plan that cannot be done. */
function emptyCost(situation: Situation): PlanCost {
  return {
    fixedUsd: 0,
    restartFeeUsd: 0,
    loadHours: 0,
    passFeeUsd: 0,
    stallHoursPerPass: 0,
    waitHours: waitHoursAnywhere(situation),
    limitedBy: "",
    unpriced: [],
    prices: [],
  };
}
