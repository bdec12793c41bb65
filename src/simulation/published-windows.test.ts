import assert from "node:assert/strict";
import { test } from "node:test";
import { traceFile, v100Trace } from "../../test/support/spot-traces.ts";
import { outcomeOf, pathOf } from "../../test/support/simulation-setup.ts";
import { prepareMarket } from "./market.ts";

interface Targets {
  skynomad_up_windows: {
    setup: { C0_h: number; R0_h: number; d_h: number; gap_s: number; on_demand: number };
    rows: Array<{ az: string; start_h: number; cost: number }>;
  };
}

/** Of the same table (andylizf/skynomad-artifact, research/data/v100.csv, Apache-2.0): its rows that are not in the file. */
const furtherRows = [
  { az: "us-west-2a", start_h: 419.35833333333335, cost: 38.139075 },
  { az: "us-east-1c", start_h: 479.26666666666665, cost: 103.2324475 },
  { az: "us-east-2b", start_h: 479.26666666666665, cost: 41.586675 },
  { az: "us-west-2a", start_h: 479.26666666666665, cost: 42.26625 },
  { az: "us-east-1c", start_h: 838.7166666666667, cost: 87.06059375 },
  { az: "us-east-2b", start_h: 838.7166666666667, cost: 38.48715 },
  { az: "us-west-2a", start_h: 838.7166666666667, cost: 55.21069125 },
];

test("Uniform Progress costs what its authors' simulator says, window by window", (t) => {
  const trace = v100Trace(t);
  const text = trace && traceFile(t, "validation-targets.json");
  if (!trace || text === undefined) return;
  const { setup, rows } = (JSON.parse(text) as Targets).skynomad_up_windows;
  const market = prepareMarket(trace, {
    gang: 1,
    onDemandUsdPerHour: setup.on_demand,
    spotUsdPerHour: undefined,
  });
  const tickMs = setup.gap_s * 1000;
  assert.ok(rows.length >= 8);
  for (const { az, start_h: startHours, cost } of [...rows, ...furtherRows]) {
    const outcome = outcomeOf(
      {
        market: { ...market, zones: market.zones.filter(({ zone }) => zone === az) },
        job: { workHours: setup.C0_h, deadlineHours: setup.R0_h },
        path: pathOf(setup.d_h),
        rules: { observeMs: tickMs, billingStepMs: tickMs },
      },
      startHours,
    );
    const error = Math.abs(outcome.costUsd / cost - 1);
    assert.ok(error < 0.0001, `${az} from ${startHours} h: ${outcome.costUsd}, not ${cost}`);
    assert.equal(outcome.missed, 0);
  }
});
