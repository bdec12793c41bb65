import { lossless } from "../../src/simulation/checkpointing.ts";
import { type DataPath, emptyOutcome, type PlatformRules } from "../../src/simulation/job.ts";
import type { Market } from "../../src/simulation/market.ts";
import { residualLife } from "../../src/simulation/residual-life.ts";
import { JobSimulator } from "../../src/simulation/simulate-job.ts";
import { hourMs } from "../../src/simulation/spot-trace.ts";

/** A month of training on capacity that is interrupted so many times and comes back at once. */
export interface RestartMonth {
  restarts: number;
  usdPerHour: number;
  rules: PlatformRules;
}

/** Hours of training in it: a month of storage ("AWS Pricing Calculator"). */
const monthHours = 730;

/** US dollars of that month, with interruptions after equal shares of the work. */
export function monthUsd(path: DataPath, { restarts, usdPerHour, rules }: RestartMonth): number {
  const workMs = monthHours * hourMs;
  // Where the zone never changes, only the first load of some caches is cold.
  const loadMs = rules.launchMs + (path.cache === "none" ? path.coldMs : path.warmMs);
  const shareMs = workMs / (restarts + 1);
  const spells = Math.floor(restarts) + 2;
  const upMs = new Float64Array(spells);
  const downMs = new Float64Array(spells);
  for (let at = 0, from = 0; at < spells; at += 1) {
    upMs[at] = from;
    from = at + 1 === spells ? Infinity : Math.round((at + 1) * (loadMs + shareMs));
    downMs[at] = from;
  }
  const price = {
    fromMs: Float64Array.of(0),
    usdPerHour: Float64Array.of(usdPerHour),
    sumUsd: Float64Array.of(0),
  };
  const market: Market = {
    zones: [{ zone: "any", upMs, downMs, price }],
    lengthMs: Infinity,
    onDemandUsdPerHour: usdPerHour,
  };
  const outcome = emptyOutcome();
  new JobSimulator({
    market,
    held: [0],
    job: { workMs, deadlineMs: Infinity, gang: 1 },
    path,
    checkpointing: lossless,
    strategy: { deadline: "spot-only", placement: "same-zone" },
    rules: { ...rules, horizonMs: Infinity },
    residualLife: residualLife(market),
  }).run(0, outcome);
  // A volume is paid for the month, not for the time that the month's work takes.
  const overtimeHours = outcome.makespanMs / hourMs - monthHours;
  return outcome.costUsd - overtimeHours * path.fixedUsdPerHour;
}

/**
 * Restarts a month from which the plan that costs less per restart is the cheaper one; undefined if the lines do not
 * cross below `most`.
 */
export function crossing(
  one: DataPath,
  other: DataPath,
  month: Omit<RestartMonth, "restarts">,
  most = 20_000,
): number | undefined {
  const gap = (restarts: number) =>
    monthUsd(one, { ...month, restarts }) - monthUsd(other, { ...month, restarts });
  let [low, high] = [0, most];
  const atNone = gap(low);
  if (atNone === 0 || Math.sign(atNone) === Math.sign(gap(high))) return undefined;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (Math.sign(gap(middle)) === Math.sign(atNone)) low = middle;
    else high = middle;
  }
  // Between two whole numbers by proportion.
  const [from, to] = [gap(low), gap(high)];
  return low + from / (from - to);
}
