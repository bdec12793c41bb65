import type { PriceKey } from "../facts/storage-prices.ts";
import { fleetUsdPerHour, type Situation } from "./situation.ts";

/** What one plan costs in one situation, and what of it has no price. */
export interface PlanCost {
  /** US dollars a month, whatever happens. */
  fixedUsd: number;
  /** Fees of one restart, US dollars, all nodes. */
  restartFeeUsd: number;
  /** From a running machine to training at full speed. */
  loadHours: number;
  /** Fees of one pass over the dataset, US dollars, all nodes. */
  passFeeUsd: number;
  /** By which a pass takes longer than the training alone. */
  stallHoursPerPass: number;
  /** For capacity, at a restart. */
  waitHours: number;
  /** What bounds the speed, such as `instance EBS bandwidth`. */
  limitedBy: string;
  /** Prices that the plan needs and nobody has: its sums are floors. */
  unpriced: readonly PriceKey[];
  /** All prices that it is made of, those without a number too. */
  prices: readonly PriceKey[];
}

/** US dollars of one restart: fees, machines that load instead of training, and the value of the delay. */
export function restartUsd(cost: PlanCost, situation: Situation): number {
  const { loadHours, waitHours, restartFeeUsd } = cost;
  return (
    restartFeeUsd +
    fleetUsdPerHour(situation) * loadHours +
    situation.delayUsdPerHour * (loadHours + waitHours)
  );
}

/** US dollars a month that do not depend on restarts. */
export function standingUsd(cost: PlanCost, situation: Situation): number {
  const perPass = cost.passFeeUsd + fleetUsdPerHour(situation) * cost.stallHoursPerPass;
  return cost.fixedUsd + situation.passesPerMonth * perPass;
}

/** US dollars a month: what stands, and what each restart adds. */
export function monthlyUsd(cost: PlanCost, situation: Situation): number {
  return standingUsd(cost, situation) + situation.restartsPerMonth * restartUsd(cost, situation);
}

/** Hours a month in which a job waits, loads or stalls instead of training. */
export function hoursLost(cost: PlanCost, situation: Situation): number {
  return (
    situation.restartsPerMonth * (cost.loadHours + cost.waitHours) +
    situation.passesPerMonth * cost.stallHoursPerPass
  );
}
