import { type Question, rankPlans, type RankedPlan } from "./rank-plans.ts";
import type { Situation } from "./situation.ts";

export interface WhatIf {
  /** As a person reads it, such as `ten times the restarts`. */
  change: string;
  /** Who would come first; undefined where no plan has a price. */
  winner: RankedPlan | undefined;
}

/** Objects into which small files would be packed. */
const shardBytes = 100e6;

/** The changes that could turn the answer around, and who would come first after each in the likely situation. */
export function whatIf(question: Question): WhatIf[] {
  const { likely } = question.workload;
  return alternatives(likely).map(([change, numbers]) => {
    const workload = { likely: { ...likely, ...numbers }, open: {} };
    return { change, winner: rankPlans({ ...question, workload }).ranked[0] };
  });
}

function alternatives(likely: Situation): Array<[change: string, numbers: Partial<Situation>]> {
  const { restartsPerMonth, s3BytesPerSecond, datasetBytes, objects, zones } = likely;
  const all: Array<[string, Partial<Situation>]> = [
    ["ten times the restarts", { restartsPerMonth: restartsPerMonth * 10 }],
    ["a tenth of the restarts", { restartsPerMonth: restartsPerMonth / 10 }],
    ["a client that reads S3 ten times slower", { s3BytesPerSecond: s3BytesPerSecond / 10 }],
  ];
  if (likely.delayUsdPerHour < 50)
    all.push(["someone who waits, 50 USD an hour", { delayUsdPerHour: 50 }]);
  if (datasetBytes / Math.max(1, objects) < shardBytes / 10)
    all.push(["shards of 100 MB", { objects: Math.ceil(datasetBytes / shardBytes) }]);
  if (zones > 1) all.push(["one zone only", { zones: 1 }]);
  return all;
}
