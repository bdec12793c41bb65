import assert from "node:assert/strict";
import { test } from "node:test";
import { outcomeOf, pathOf } from "../../test/support/simulation-setup.ts";
import { v100Trace } from "../../test/support/spot-traces.ts";
import { replayTicks } from "../../test/support/tick-replay.ts";
import { prepareMarket } from "./market.ts";
import { uniformIndex } from "./random.ts";

const isFull = process.env["RUNCTL_TEST_FULL"] === "1";

test("on any window of the V100 trace a job costs what a tick-by-tick replay of the paper's rules says", (t) => {
  const trace = v100Trace(t);
  if (!trace) return;
  const onDemandUsdPerHour = 3.06;
  const market = prepareMarket(trace, { gang: 1, onDemandUsdPerHour, spotUsdPerHour: undefined });
  const tickSeconds = trace.tickMs / 1000;
  const tickHours = tickSeconds / 3600;
  const ticks = trace.lengthMs / trace.tickMs;
  const windows = isFull ? 40 : 1;
  for (const [at, zone] of trace.zones.entries())
    for (const policy of ["uniform-progress", "greedy"] as const)
      for (const changeoverHours of [0.1, 0.2, 0.55])
        for (const [workTicks, deadlineTicks] of [
          [737, 1106],
          // 48 h of 52 h and 20 h of 60 h: no whole number of ticks.
          [886.15, 960],
          [369.23, 1107.69],
        ] as const)
          for (let window = 0; window < windows; window += 1) {
            const startTick = uniformIndex(7, at, window, ticks - 1108);
            const told = `${zone.zone} from tick ${startTick}, ${workTicks} of ${deadlineTicks} ticks, changeover ${changeoverHours} h, ${policy}`;
            const expected = replayTicks(zone, {
              workSeconds: workTicks * tickSeconds,
              deadlineSeconds: deadlineTicks * tickSeconds,
              changeoverSeconds: changeoverHours * 3600,
              tickSeconds,
              startTick,
              onDemandUsdPerHour,
              policy,
            });
            const outcome = outcomeOf(
              {
                market: { ...market, zones: [market.zones[at]!] },
                job: { workHours: workTicks * tickHours, deadlineHours: deadlineTicks * tickHours },
                path: pathOf(changeoverHours),
                strategy: { deadline: policy },
                rules: { observeMs: trace.tickMs, billingStepMs: trace.tickMs },
              },
              startTick * tickHours,
            );
            const error = Math.abs(outcome.costUsd - expected.costUsd);
            assert.ok(error < 1e-6, `${told}: ${outcome.costUsd}, not ${expected.costUsd}`);
            assert.equal(outcome.missed === 1, expected.isLate, told);
          }
});
