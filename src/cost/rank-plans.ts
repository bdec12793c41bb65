import { type BreakEven, breakEvenRestarts, type CostLine } from "./break-even.ts";
import { type Deadline, type DeadlineCost, deadlineCost } from "./deadline.ts";
import { hoursLost, monthlyUsd, type PlanCost, restartUsd, standingUsd } from "./monthly-cost.ts";
import type { StoragePlan } from "./storage-plan.ts";
import { storagePlans } from "./storage-plans.ts";
import type { Rates } from "./resource-price.ts";
import type { Situation } from "./situation.ts";
import type { PinnedVolume } from "./volume-choice.ts";
import { corners, type Workload } from "./workload.ts";

export interface Question {
  workload: Workload;
  rates: Rates;
  pinned: PinnedVolume;
  deadline: Deadline | undefined;
}

export interface UsdRange {
  low: number;
  likely: number;
  high: number;
}

/** A plan with its price, US dollars a month. */
export interface PricedPlan {
  plan: StoragePlan;
  /** In the likely situation. */
  cost: PlanCost;
  line: CostLine;
  usdPerMonth: UsdRange;
  hoursLostPerMonth: number;
  deadline: DeadlineCost | undefined;
}

export interface RankedPlan extends PricedPlan {
  /** From 1; plans that cannot be told apart have the same. */
  rank: number;
}

export interface Ranking {
  ranked: RankedPlan[];
  /** Something of them has no sure price: their sums are floors. */
  unpriced: PricedPlan[];
  undecided: StoragePlan[];
  impossible: StoragePlan[];
}

/** What is smaller than this, US dollars a month, decides nothing. */
const negligibleUsd = 0.01;

/**
 * Prices every plan and puts the cheap ones first.
 *
 * Two plans are equal where one is cheaper at some ends of the open numbers, the other at other ends.
 */
export function rankPlans(question: Question): Ranking {
  const { workload, rates, pinned } = question;
  const situations = corners(workload);
  const plans = storagePlans({ likely: workload.likely, rates, pinned });
  const impossible = plans.filter((plan) => plan.impossible !== undefined);
  const possible = plans.filter((plan) => plan.impossible === undefined);
  const undecided = possible.filter((plan) => plan.undecided !== undefined);
  const decided = possible
    .filter((plan) => plan.undecided === undefined)
    .map((plan) => ({ plan, usd: situations.map((one) => totalUsd(plan, one, question)) }))
    .toSorted((a, b) => likelyOf(a.usd) - likelyOf(b.usd));
  const all = decided.map((one) => ({ ...one, priced: price(one.plan, one.usd, question) }));
  const ranked = withRanks(all.filter(({ priced }) => priced.cost.unpriced.length === 0));
  const unpriced = all.map(({ priced }) => priced).filter(({ cost }) => cost.unpriced.length > 0);
  return { ranked, unpriced, undecided, impossible };
}

const likelyOf = (usd: readonly number[]) => usd[0] ?? Infinity;

function totalUsd(plan: StoragePlan, situation: Situation, { deadline }: Question): number {
  const cost = plan.cost(situation);
  const late = deadline ? deadlineCost(cost, situation, deadline).usdPerMonth : 0;
  return monthlyUsd(cost, situation) + late;
}

function price(plan: StoragePlan, usd: readonly number[], question: Question): PricedPlan {
  const { likely } = question.workload;
  const cost = plan.cost(likely);
  return {
    plan,
    cost,
    line: costLine(cost, likely),
    usdPerMonth: { low: Math.min(...usd), likely: likelyOf(usd), high: Math.max(...usd) },
    hoursLostPerMonth: hoursLost(cost, likely),
    deadline: question.deadline && deadlineCost(cost, likely, question.deadline),
  };
}

export function costLine(cost: PlanCost, situation: Situation): CostLine {
  return { standingUsd: standingUsd(cost, situation), restartUsd: restartUsd(cost, situation) };
}

interface Candidate {
  usd: readonly number[];
  priced: PricedPlan;
}

/** Each plan is compared with the first of its rank: what is equal to that one shares it. */
function withRanks(candidates: readonly Candidate[]): RankedPlan[] {
  let leader: Candidate | undefined;
  let rank = 0;
  return candidates.map((candidate, at) => {
    if (!leader || !isEqual(leader.usd, candidate.usd)) {
      leader = candidate;
      rank = at + 1;
    }
    return { ...candidate.priced, rank };
  });
}

function isEqual(a: readonly number[], b: readonly number[]): boolean {
  const differences = a.map((usd, at) => (b[at] ?? 0) - usd);
  return (
    differences.every((one) => Math.abs(one) < negligibleUsd) ||
    (differences.some((one) => one < -negligibleUsd) &&
      differences.some((one) => one > negligibleUsd))
  );
}

export interface Pair {
  plan: RankedPlan;
  than: RankedPlan;
  breakEven: BreakEven;
}

/** Every ranked plan against every cheaper one. */
export function pairsOf(ranked: readonly RankedPlan[]): Pair[] {
  return ranked.flatMap((plan, at) =>
    ranked.slice(0, at).map((than) => ({
      plan,
      than,
      breakEven: breakEvenRestarts(plan.line, than.line),
    })),
  );
}
