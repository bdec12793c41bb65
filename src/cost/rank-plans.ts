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

interface UsdRange {
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
 * A plan's rank counts the plans that are cheaper wherever the open numbers lie. Two plans of which one is cheaper
 * at some ends of the open numbers and the other at other ends are equal, and no order is claimed between them.
 */
export function rankPlans(question: Question): Ranking {
  const { workload, rates, pinned } = question;
  const situations = corners(workload);
  const plans = storagePlans({ likely: workload.likely, rates, pinned });
  const impossible = plans.filter((plan) => plan.impossible !== undefined);
  const possible = plans.filter((plan) => plan.impossible === undefined);
  const undecided = possible.filter((plan) => plan.undecided !== undefined);
  const candidates = possible
    .filter((plan) => plan.undecided === undefined)
    .map((plan) => candidate(plan, situations, question))
    .toSorted((a, b) => a.priced.usdPerMonth.likely - b.priced.usdPerMonth.likely);
  return {
    ranked: withRanks(candidates.filter(isPriced)),
    unpriced: candidates.filter((one) => !isPriced(one)).map(({ priced }) => priced),
    undecided,
    impossible,
  };
}

/** A plan with its price in each situation, the likely one first. */
interface Candidate {
  usd: readonly number[];
  priced: PricedPlan;
}

const isPriced = ({ priced }: Candidate) => priced.cost.unpriced.length === 0;

function candidate(
  plan: StoragePlan,
  situations: readonly Situation[],
  question: Question,
): Candidate {
  const usd = situations.map((situation) => totalUsd(plan, situation, question));
  return { usd, priced: price(plan, usd, question) };
}

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
    usdPerMonth: { low: Math.min(...usd), likely: usd[0] ?? Infinity, high: Math.max(...usd) },
    hoursLostPerMonth: hoursLost(cost, likely),
    deadline: question.deadline && deadlineCost(cost, likely, question.deadline),
  };
}

export function costLine(cost: PlanCost, situation: Situation): CostLine {
  return { standingUsd: standingUsd(cost, situation), restartUsd: restartUsd(cost, situation) };
}

function withRanks(candidates: readonly Candidate[]): RankedPlan[] {
  return candidates
    .map(({ usd, priced }) => ({
      ...priced,
      rank: 1 + candidates.filter((other) => isSurelyCheaper(other.usd, usd)).length,
    }))
    .toSorted((a, b) => a.rank - b.rank);
}

/** Cheaper in some situation, and dearer in none. */
function isSurelyCheaper(a: readonly number[], b: readonly number[]): boolean {
  const saved = a.map((usd, at) => (b[at] ?? 0) - usd);
  return Math.max(...saved) > negligibleUsd && Math.min(...saved) > -negligibleUsd;
}

export interface Pair {
  plan: RankedPlan;
  than: RankedPlan;
  breakEven: BreakEven;
}

/** Every ranked plan against every one before it. */
export function pairsOf(ranked: readonly RankedPlan[]): Pair[] {
  return ranked.flatMap((plan, at) =>
    ranked.slice(0, at).map((than) => ({
      plan,
      than,
      breakEven: breakEvenRestarts(plan.line, than.line),
    })),
  );
}
