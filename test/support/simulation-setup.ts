import { lossless } from "../../src/simulation/checkpointing.ts";
import {
  type DataPath,
  emptyOutcome,
  type Job,
  type JobOutcome,
  type PlatformRules,
  type Setup,
  type Strategy,
} from "../../src/simulation/job.ts";
import { heldZones } from "../../src/simulation/held-zones.ts";
import type { Market, MarketZone } from "../../src/simulation/market.ts";
import { residualLife } from "../../src/simulation/residual-life.ts";
import { JobSimulator } from "../../src/simulation/simulate-job.ts";
import { hourMs } from "../../src/simulation/spot-trace.ts";

/** Spells in hours, `[from, to]`; 0.9 USD/h unless told otherwise. */
export function zoneOf(
  zone: string,
  spells: ReadonlyArray<readonly [number, number]>,
  usdPerHour = 0.9,
): MarketZone {
  return {
    zone,
    upMs: Float64Array.from(spells, ([from]) => Math.round(from * hourMs)),
    downMs: Float64Array.from(spells, ([, to]) => Math.round(to * hourMs)),
    price: {
      fromMs: Float64Array.of(0),
      usdPerHour: Float64Array.of(usdPerHour),
      sumUsd: Float64Array.of(0),
    },
  };
}

export function marketOf(zones: readonly MarketZone[], lengthHours = 1000): Market {
  return { zones, lengthMs: lengthHours * hourMs, onDemandUsdPerHour: 3 };
}

/** The papers' platform: no first hour, nothing lost, everything seen at once, one way to load. */
export const plainRules: PlatformRules = {
  launchMs: 0,
  observeMs: 0,
  billingStepMs: 1,
  billingMinimumMs: 0,
  firstHourFree: false,
  noticeMs: 0,
  noticeSuccess: 1,
  horizonMs: 10_000 * hourMs,
};

export const pathOf = (changeoverHours: number, more: Partial<DataPath> = {}): DataPath => ({
  name: "data",
  zones: "all",
  cache: "none",
  copies: 1,
  warmMs: changeoverHours * hourMs,
  coldMs: changeoverHours * hourMs,
  speed: 1,
  feePerLoadUsd: 0,
  fixedUsdPerHour: 0,
  ...more,
});

export interface Wanted {
  market: Market;
  job: { workHours: number; deadlineHours?: number; gang?: number };
  path?: DataPath;
  rules?: Partial<PlatformRules>;
  strategy?: Partial<Strategy>;
  checkpointing?: Setup["checkpointing"];
  /** Of the zones that hold the data, the first ones. */
  homes?: readonly number[];
}

export function setupOf({ market, path, rules, strategy, homes = [0], ...rest }: Wanted): Setup {
  const job: Job = {
    workMs: rest.job.workHours * hourMs,
    deadlineMs: (rest.job.deadlineHours ?? Infinity) * hourMs,
    gang: rest.job.gang ?? 1,
  };
  return {
    market,
    held: heldZones(homes, path?.copies ?? 1, market.zones.length),
    job,
    path: path ?? pathOf(0),
    checkpointing: rest.checkpointing ?? lossless,
    strategy: {
      deadline: rest.job.deadlineHours === undefined ? "spot-only" : "uniform-progress",
      placement: "same-zone",
      ...strategy,
    },
    rules: { ...plainRules, ...rules },
    residualLife: residualLife(market),
  };
}

export function outcomeOf(wanted: Wanted, startHours = 0): JobOutcome {
  const outcome = emptyOutcome();
  new JobSimulator(setupOf(wanted)).run(Math.round(startHours * hourMs), outcome);
  return outcome;
}
