import type { PlanCost } from "./monthly-cost.ts";
import { fleetUsdPerHour, type Situation } from "./situation.ts";

/** One job that must be done in time; a month has as many of them as its hours hold. */
export interface Deadline {
  /** Hours of work of one job. */
  workHours: number;
  /** Hours from its start in which it must be done. */
  withinHours: number;
  onDemandUsdPerHour: number;
}

export interface DeadlineCost {
  /** Hours on demand that one job needs so that its mean finish is in time; undefined: not even then. */
  onDemandHours: number | undefined;
  usdPerMonth: number;
}

/**
 * What it costs to be in time on the average: hours on demand, which nothing interrupts, in place of spot hours.
 *
 * It knows means only and so is a floor: `cost simulate` replays how losses come together.
 */
export function deadlineCost(
  cost: PlanCost,
  situation: Situation,
  deadline: Deadline,
): DeadlineCost {
  const { workHours, withinHours, onDemandUsdPerHour } = deadline;
  const { restartsPerMonth, passesPerMonth, hoursPerMonth, nodes } = situation;
  const stalled = (passesPerMonth * cost.stallHoursPerPass) / hoursPerMonth;
  const lost = (restartsPerMonth * (cost.loadHours + cost.waitHours)) / hoursPerMonth;
  const makespan = workHours * (1 + stalled + lost);
  if (makespan <= withinHours) return { onDemandHours: 0, usdPerMonth: 0 };
  const saved = lost * workHours;
  const late = makespan - withinHours;
  const share = saved === 0 ? Infinity : late / saved;
  const onDemandHours = Math.min(1, share) * workHours;
  const extraUsdPerHour = onDemandUsdPerHour * nodes - fleetUsdPerHour(situation);
  const jobs = hoursPerMonth / workHours;
  return {
    onDemandHours: share > 1 ? undefined : onDemandHours,
    usdPerMonth: Math.max(0, extraUsdPerHour) * onDemandHours * jobs,
  };
}
