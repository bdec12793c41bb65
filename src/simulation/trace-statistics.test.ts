import assert from "node:assert/strict";
import { test } from "node:test";
import { h100Trace, v100Trace } from "../../test/support/spot-traces.ts";
import { v100Pools } from "../facts/spot-pools.ts";
import { hourMs, type SpotTrace, zoneFromRuns } from "./spot-trace.ts";
import { lockInStatistics, regionAvailability, zoneStatistics } from "./trace-statistics.ts";

const near = (actual: number, expected: number, within: number, what: string) =>
  assert.ok(Math.abs(actual - expected) <= within, `${what}: ${actual}, not ${expected}`);

/** Two zones of a region over ten hours. */
const two: SpotTrace = {
  zones: [
    zoneFromRuns(
      "us-east-1a",
      [1, 0, 1].map((c, at) => [c, [4, 2, 4][at]! * hourMs] as const),
    ),
    zoneFromRuns(
      "us-east-1b",
      [0, 1, 0].map((c, at) => [c, [3, 2, 5][at]! * hourMs] as const),
    ),
  ],
  lengthMs: 10 * hourMs,
  tickMs: hourMs,
  kind: "probe",
  onDemandUsdPerHour: undefined,
  origin: "made up",
};

test("a small trace has the statistics that one counts by hand", () => {
  const [a, b] = zoneStatistics(two);
  assert.equal(a?.availability, 0.8);
  assert.deepEqual([a?.preemptions, b?.preemptions], [1, 1]);
  const lockIn = lockInStatistics(two);
  // Zone a falls at 4 h while b is up; b at 5 h while a is down until 6 h.
  assert.equal(lockIn.otherUpAtPreemption, 0.5);
  // b stays away until the end.
  assert.deepEqual(lockIn.meanWaitHours, { locked: (2 + 5) / 2, follow: (0 + 1) / 2 });
  assert.equal(regionAvailability(two, "us-east-1"), 0.9);
});

test("the V100 trace has the published lock-in statistics", (t) => {
  const trace = v100Trace(t);
  if (!trace) return;
  const all = lockInStatistics(trace);
  assert.equal(all.preemptions, 1887);
  near(all.otherUpAtPreemption, 0.692, 0.0005, "other zone up at preemption");
  near(all.otherUpWhileDown, 0.485, 0.0005, "other zone up while down");
  near(all.meanWaitHours.locked, 1.79, 0.005, "wait, locked");
  near(all.meanWaitHours.follow, 0.37, 0.005, "wait, follow");
  near(all.waitOverAnHour.locked, 0.35, 0.005, "over an hour, locked");
  near(all.waitOverAnHour.follow, 0.09, 0.005, "over an hour, follow");
});

test("the table of pools is what the V100 trace says", (t) => {
  const trace = v100Trace(t);
  if (!trace) return;
  const zones = new Map(zoneStatistics(trace).map((one) => [one.zone, one]));
  for (const pool of v100Pools) {
    const lockIn = lockInStatistics(trace, pool.region);
    near(lockIn.otherUpAtPreemption, pool.otherUpAtPreemption, 0.0006, pool.region);
    near(lockIn.otherUpWhileDown, pool.otherUpWhileDown, 0.0006, pool.region);
    near(lockIn.meanWaitHours.locked, pool.meanWaitHours.locked, 0.006, pool.region);
    near(lockIn.meanWaitHours.follow, pool.meanWaitHours.follow, 0.006, pool.region);
    near(regionAvailability(trace, pool.region), pool.availability.anyZone, 0.0006, pool.region);
    for (const expected of pool.zones) {
      const found = zones.get(expected.zone)!;
      near(found.availability, expected.availability, 0.0006, expected.zone);
      near(found.preemptionsPer30Days, expected.preemptionsPer30Days, 0.5, expected.zone);
      near(found.upHours.mean, expected.upMeanHours, 0.006, expected.zone);
      near(found.upHours.median, expected.upMedianHours, 0.006, expected.zone);
      near(found.downHours.mean, expected.downMeanHours, 0.006, expected.zone);
    }
  }
});

test("a gang needs more: the H100 zones have far less room for 16 than for one", (t) => {
  const trace = h100Trace(t);
  if (!trace) return;
  const of = (gang: number) =>
    new Map(zoneStatistics(trace, gang).map(({ zone, availability }) => [zone, availability]));
  near(of(1).get("us-central1-b")!, 0.9249, 0.0001, "one instance");
  near(of(16).get("us-central1-b")!, 0.2186, 0.0001, "sixteen");
  near(of(1).get("europe-west1-c")!, 0.8793, 0.0001, "one instance");
  near(of(16).get("europe-west1-c")!, 0.0076, 0.0001, "sixteen");
});
