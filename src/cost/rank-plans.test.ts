import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { exampleSituation } from "../../test/support/situations.ts";
import { between } from "./estimate.ts";
import { pairsOf, type Question, rankPlans } from "./rank-plans.ts";
import { ratesOf } from "./resource-price.ts";
import type { Situation } from "./situation.ts";
import type { Workload } from "./workload.ts";

function question(likely: Situation, open: Workload["open"] = {}): Question {
  const rates = ratesOf("us-east-1");
  return { workload: { likely, open }, rates, pinned: {}, deadline: undefined };
}

const ranked = (one: Question) =>
  rankPlans(one).ranked.map(({ plan, rank }) => `${rank} ${plan.id}`);

test("the cheapest plan comes first, and each plan stands in one list", () => {
  const ranking = rankPlans(question(exampleSituation()));
  const { undecided, impossible, unpriced } = ranking;
  assert.equal(ranking.ranked[0]?.plan.id, "s3-nvme");
  assert.deepEqual(
    undecided.map(({ id }) => id),
    ["s3-stream", "s3-express", "s3-files"],
  );
  assert.deepEqual(impossible, []);
  assert.deepEqual(
    unpriced.map(({ plan }) => plan.id),
    ["snapshot-rate", "clone"],
  );
  assert.equal(ranking.ranked.length + undecided.length + unpriced.length, 12);
});

test("plans are equal whose order hangs on what is not known", () => {
  const likely = exampleSituation({ restartsPerMonth: 600, instanceUsdPerHour: 1.2 });
  assert.deepEqual(ranked(question(likely)).slice(0, 2), ["1 ebs-one-zone", "2 s3-nvme"]);
  const s3BytesPerSecond = between(0.2e9, 1e9, 4e9, "assumed");
  assert.deepEqual(ranked(question(likely, { s3BytesPerSecond })).slice(0, 2).toSorted(), [
    "1 ebs-one-zone",
    "1 s3-nvme",
  ]);
});

test("plans of one rank are never surely different, and a later rank is surely dearer than some plan before", () => {
  const numbers = fc.record({
    restartsPerMonth: fc.integer({ min: 0, max: 1_000 }),
    datasetBytes: fc.integer({ min: 1e9, max: 190e9 }),
    ingestBytesPerSecond: fc.integer({ min: 1e6, max: 2e9 }),
    passesPerMonth: fc.integer({ min: 0, max: 100 }),
  });
  fc.assert(
    fc.property(numbers, fc.integer({ min: 2, max: 8 }), (changes, spread) => {
      const likely = exampleSituation(changes);
      const rate = likely.s3BytesPerSecond;
      const s3BytesPerSecond = between(rate / spread, rate, rate * spread, "assumed");
      const { ranked: plans } = rankPlans(question(likely, { s3BytesPerSecond }));
      assert.equal(plans[0]?.rank, 1);
      for (const [at, plan] of plans.entries()) {
        assert.ok(plan.rank <= at + 1);
        const { low, likely: middle, high } = plan.usdPerMonth;
        assert.ok(low <= middle && middle <= high);
        for (const other of plans.filter(({ rank }) => rank === plan.rank))
          assert.ok(other.usdPerMonth.high >= plan.usdPerMonth.low - 0.01);
      }
    }),
    { numRuns: 40 },
  );
});

test("every pair of ranked plans has its break-even", () => {
  const { ranked: plans } = rankPlans(question(exampleSituation()));
  assert.equal(pairsOf(plans).length, (plans.length * (plans.length - 1)) / 2);
});

test("a deadline is paid for in hours on demand by the plans that wait long", () => {
  const likely = exampleSituation({ restartsPerMonth: 60 });
  const deadline = { workHours: 48, withinHours: 54, onDemandUsdPerHour: 3 };
  const { ranked: plans } = rankPlans({ ...question(likely), deadline });
  const of = (id: string) => plans.find(({ plan }) => plan.id === id)!.deadline!;
  // 48 h of 300 h have 9.6 of 60 losses: 1.82 h each at home, 0.43 h each anywhere.
  assert.equal(of("s3-nvme").onDemandHours, 0);
  const late = 48 + 9.6 * (1.8 + 1 / 60) - 54;
  const hours = late / ((9.6 * (1.8 + 1 / 60)) / 48);
  assert.ok(Math.abs(of("ebs-one-zone").onDemandHours! - hours) < 1e-9);
  assert.ok(Math.abs(of("ebs-one-zone").usdPerMonth - hours * 2 * (300 / 48)) < 1e-9);
});

test("a job that is late even on demand says so", () => {
  const likely = exampleSituation({ ingestBytesPerSecond: 4e9, passesPerMonth: 400 });
  const deadline = { workHours: 48, withinHours: 48, onDemandUsdPerHour: 3 };
  const { ranked: plans } = rankPlans({ ...question(likely), deadline });
  const stream = plans.find(({ plan }) => plan.id === "s3-stream")!;
  assert.ok(stream.cost.stallHoursPerPass > 0);
  assert.equal(stream.deadline!.onDemandHours, undefined);
});
