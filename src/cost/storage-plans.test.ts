import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { exampleSituation } from "../../test/support/situations.ts";
import { breakEvenRestarts } from "./break-even.ts";
import { monthlyUsd } from "./monthly-cost.ts";
import { costLine } from "./rank-plans.ts";
import { ratesOf } from "./resource-price.ts";
import type { Situation } from "./situation.ts";
import { storagePlans } from "./storage-plans.ts";

const rates = ratesOf("us-east-1", { initializationGiBMiBps: 1.2e-5, cloneGiB: 8e-4 });

const situations = fc
  .record({
    datasetBytes: fc.integer({ min: 1e9, max: 4e12 }),
    objects: fc.integer({ min: 1, max: 2e6 }),
    ingestBytesPerSecond: fc.option(fc.integer({ min: 1e6, max: 3e9 }), { nil: undefined }),
    passesPerMonth: fc.integer({ min: 0, max: 500 }),
    nodes: fc.integer({ min: 1, max: 16 }),
    hoursPerMonth: fc.integer({ min: 1, max: 730 }),
    restartsPerMonth: fc.integer({ min: 0, max: 2_000 }),
    instanceUsdPerHour: fc.integer({ min: 1, max: 10_000 }).map((cents) => cents / 100),
    delayUsdPerHour: fc.integer({ min: 0, max: 200 }),
    s3BytesPerSecond: fc.integer({ min: 1e7, max: 1e10 }),
    zones: fc.integer({ min: 1, max: 6 }),
  })
  .map((numbers) => exampleSituation(numbers));

const plansFor = (likely: Situation) => storagePlans({ likely, rates, pinned: {} });

test("where two plans break even, their monthly costs cross", () => {
  fc.assert(
    fc.property(situations, (likely) => {
      const plans = plansFor(likely);
      for (const plan of plans) {
        for (const other of plans) {
          const { restarts, cheaper } = breakEvenRestarts(
            costLine(plan.cost(likely), likely),
            costLine(other.cost(likely), likely),
          );
          if (cheaper !== "above" && cheaper !== "below") continue;
          const at = (restartsPerMonth: number) => {
            const situation = { ...likely, restartsPerMonth };
            return (
              monthlyUsd(plan.cost(situation), situation) -
              monthlyUsd(other.cost(situation), situation)
            );
          };
          const scale = Math.abs(at(0)) + 1e-9;
          assert.ok(Math.abs(at(restarts)) <= scale * 1e-6, `${plan.id} and ${other.id}`);
          const side = at(restarts * 2) < 0 ? "above" : "below";
          assert.equal(side, cheaper);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test("more restarts never make a plan cheaper that pays per restart, nor better beside one that pays less for each", () => {
  fc.assert(
    fc.property(situations, fc.integer({ min: 1, max: 500 }), (likely, more) => {
      const busier = { ...likely, restartsPerMonth: likely.restartsPerMonth + more };
      const costs = plansFor(likely).map((plan) => ({
        slope: costLine(plan.cost(likely), likely).restartUsd,
        before: monthlyUsd(plan.cost(likely), likely),
        after: monthlyUsd(plan.cost(busier), busier),
      }));
      for (const one of costs) {
        assert.ok(one.after >= one.before - 1e-9);
        for (const other of costs.filter(({ slope }) => slope >= one.slope))
          assert.ok(other.after - one.after >= other.before - one.before - 1e-6);
      }
    }),
    { numRuns: 60 },
  );
});

const grows = [
  "datasetBytes",
  "objects",
  "instanceUsdPerHour",
  "delayUsdPerHour",
  "nodes",
] as const;
// On gp3: a larger hard disk is faster, and larger files are read faster from it.
const onGp3 = (likely: Situation) => storagePlans({ likely, rates, pinned: { type: "gp3" } });
for (const key of grows) {
  test(`no plan becomes cheaper when ${key} grows`, () => {
    fc.assert(
      fc.property(situations, fc.integer({ min: 2, max: 5 }), (likely, factor) => {
        // A larger volume may have more operations up to 160 GiB, and without a rate of its own the training is
        // compared with a volume that small files slow down, too.
        fc.pre(key !== "datasetBytes" || likely.datasetBytes > 180e9);
        fc.pre(key !== "objects" || likely.ingestBytesPerSecond !== undefined);
        // A larger dataset has more files of the same size: larger files would be read faster.
        const objects = likely.objects * (key === "datasetBytes" ? factor : 1);
        const larger = { ...likely, objects, [key]: likely[key] * factor };
        const before = onGp3(likely);
        for (const [at, plan] of onGp3(larger).entries()) {
          if (plan.impossible !== undefined || before[at]!.impossible !== undefined) continue;
          if (plan.cost(larger).unpriced.length > 0) continue;
          // A paid rate is lower for many nodes, which share what a region has.
          if (key === "nodes" && plan.id === "snapshot-rate") continue;
          const usd = monthlyUsd(plan.cost(larger), larger);
          const usdBefore = monthlyUsd(before[at]!.cost(likely), likely);
          assert.ok(usd >= usdBefore * (1 - 1e-9), `${plan.id}: ${usd} after ${usdBefore}`);
        }
      }),
      { numRuns: 60 },
    );
  });
}

test("a chosen volume costs no plan more than the free performance of gp3 would", () => {
  fc.assert(
    fc.property(situations, (likely) => {
      const plain = storagePlans({
        likely,
        rates,
        pinned: { type: "gp3", throughputMiBps: 125 },
      });
      for (const [at, plan] of plansFor(likely).entries()) {
        if (!plan.choice || plan.id === "ebs-zones") continue;
        const usd = monthlyUsd(plan.cost(likely), likely);
        const plainUsd = monthlyUsd(plain[at]!.cost(likely), likely);
        assert.ok(usd <= plainUsd + 1e-9, `${plan.id}: ${usd}, ${plainUsd} with the free one`);
      }
    }),
    { numRuns: 60 },
  );
});

test("what has no sure price is never counted, only named", () => {
  const likely = exampleSituation({ ingestBytesPerSecond: 1e8 });
  const plans = storagePlans({ likely, rates: ratesOf("us-east-1"), pinned: {} });
  const unpriced = plans.flatMap((plan) => {
    const keys = plan.cost(likely).unpriced;
    return keys.length > 0 ? [[plan.id, ...keys]] : [];
  });
  assert.deepEqual(unpriced, [
    ["s3-files", "s3FilesGiBMonth", "s3FilesReadGiB"],
    ["clone", "cloneGiB"],
    ["snapshot-rate", "initializationGiBMiBps"],
  ]);
});

test("for tiny files a volume is bound by its operations, and more of them are bought when that pays", () => {
  const likely = exampleSituation({
    objects: 25e6,
    ingestBytesPerSecond: 100e6,
    passesPerMonth: 200,
    instanceUsdPerHour: 4,
  });
  const costOf = (objects: number) => {
    const plans = storagePlans({ likely: { ...likely, objects }, rates, pinned: { type: "gp3" } });
    return plans.find(({ id }) => id === "ebs-one-zone")!;
  };
  const tiny = costOf(25e6);
  assert.ok(tiny.choice!.volume.iops! >= 24_000);
  assert.equal(costOf(1_000).choice!.volume.iops, 3_000);
});
