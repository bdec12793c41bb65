import { type DeadlinePolicyName, onDemand, waiting } from "./job.ts";
import { hourMs } from "./spot-trace.ts";
import { aheadFromMs, behindFromMs, type Progress } from "./uniform-pace.ts";

/** What a policy sees. Times are ms since the job's start; work is counted as if it were saved now. */
export interface JobView extends Progress {
  observeMs: number;
  /** `waiting`, `onDemand`, or the index of a zone. */
  place: number;
  /** Whether the instance that runs is still starting or loading. */
  isLoading: boolean;
  /** Of a job on no spot instance: the zone that placement chose among those with capacity; -1 if there is none. */
  candidate: number;
  /** Most work that a loss takes. */
  atRiskMs: number;
  /** When a zone that has capacity loses it: for those who know the future. */
  endOfSpellMs(zone: number): number;
  /** When any zone has capacity; `nowMs` if one has. */
  nextUpMs(): number;
  /** For the value of progress. */
  onDemandUsdPerHour: number;
  priceOf(zone: number): number;
  meanLeftMs(zone: number): number;
  /** From a launch in that zone to training. */
  changeoverTo(zone: number): number;
  /** Zones of the plan. */
  zones: readonly number[];
  isUp(zone: number): boolean;
  /** Set by the policy: look again then, at the latest. Infinity: when something happens. */
  wakeMs: number;
}

/** Where the job goes now: `waiting`, `onDemand`, or the index of a zone. */
export type DeadlinePolicy = (view: JobView) => number;

export const deadlinePolicies: Readonly<Record<DeadlinePolicyName, DeadlinePolicy>> = {
  "spot-only"(view) {
    return view.place >= 0 ? view.place : view.candidate;
  },
  "on-demand": () => onDemand,
  greedy,
  "uniform-progress": uniformProgress,
  "uniform-progress-oracle": uniformProgressOracle,
  "value-of-progress": valueOfProgress,
};

/** Spot while there is time, on-demand from the moment when there is no more. */
function greedy(view: JobView): number {
  if (mustHurry(view)) return inHurry(view);
  if (view.place === onDemand) return onDemand;
  return view.place >= 0 ? view.place : view.candidate;
}

/**
 * Uniform Progress ("Can't Be Late", NSDI 2024): progress is to keep up with ep(t) = t C/R. Behind it, and without
 * spot capacity, on-demand runs; back to spot only when two changeovers later the job is still ahead.
 */
function uniformProgress(view: JobView): number {
  if (mustHurry(view)) return inHurry(view);
  if (view.place >= 0) return view.place;
  if (view.place === onDemand) {
    const aheadFrom = aheadFromMs(view);
    if (view.nowMs < aheadFrom || view.candidate < 0) {
      view.wakeMs = Math.max(aheadFrom, view.nextUpMs());
      return onDemand;
    }
    return view.candidate;
  }
  if (view.candidate >= 0) return view.candidate;
  const behindFrom = behindFromMs(view);
  if (view.nowMs >= behindFrom) return onDemand;
  view.wakeMs = Math.min(view.wakeMs, behindFrom);
  return waiting;
}

/**
 * Uniform Progress for one who knows how long the capacity that is there will last ("next lifetime oracle" of the same
 * paper): it takes only what makes progress for less than on-demand does. A yardstick: what a forecast could save.
 */
function uniformProgressOracle(view: JobView): number {
  if (mustHurry(view)) return inHurry(view);
  if (view.place >= 0) return view.place;
  const { candidate } = view;
  if (candidate >= 0 && paysOff(view, candidate)) return candidate;
  // What does not pay now will not later, as it only gets shorter.
  const nextMs = candidate >= 0 ? view.endOfSpellMs(candidate) : view.nextUpMs();
  const behindFrom = behindFromMs(view);
  if (view.place === waiting && view.nowMs < behindFrom) {
    view.wakeMs = Math.min(view.wakeMs, behindFrom, nextMs);
    return waiting;
  }
  view.wakeMs = Math.min(view.wakeMs, nextMs);
  return onDemand;
}

/** Whether spot for all that its life lasts, and the way back to on-demand if one is there, is the cheaper progress. */
function paysOff(view: JobView, zone: number): boolean {
  const loadMs = view.changeoverTo(zone);
  const lastsMs = Math.min(
    view.endOfSpellMs(zone) - view.nowMs,
    view.workMs - view.doneMs + loadMs,
  );
  const backMs = view.place === onDemand ? view.changeoverMs : 0;
  const spotUsd = lastsMs * view.priceOf(zone) + backMs * view.onDemandUsdPerHour;
  return spotUsd < (lastsMs - loadMs) * view.onDemandUsdPerHour;
}

/**
 * The safety net: whether the deadline cannot be kept any more but on demand. A job that waits must leave time for
 * two changeovers, as the next instance may be lost while it loads; one on a spot instance, for one and for what a
 * loss would take. Both sides are rounded to the moments at which the job looks.
 *
 * Sets `wakeMs` to when that will be.
 */
function mustHurry(view: JobView): boolean {
  const leftMs = view.deadlineMs - view.nowMs;
  if (leftMs === Infinity) return false;
  const onSpot = view.place >= 0;
  if (onSpot && !view.isLoading && view.atRiskMs === 0) return false;
  if (isTooLate(view, onSpot)) return true;
  // Work that goes on makes the need smaller, at most as fast as time goes by: looking then is never too late.
  const slackMs = leftMs - needMs(view, onSpot);
  const step = view.observeMs || 1;
  const soonest = onSpot && !view.isLoading ? slackMs / 2 : slackMs - 2 * step;
  view.wakeMs = view.nowMs + Math.max(step, Math.floor(soonest));
  return false;
}

/** On demand; but where a change costs nothing, spot capacity is as safe. */
function inHurry(view: JobView): number {
  if (view.changeoverMs > 0 || view.atRiskMs > 0) return onDemand;
  view.wakeMs = view.nextUpMs();
  if (view.place >= 0) return view.place;
  return view.candidate >= 0 ? view.candidate : onDemand;
}

/** Whether the work and its reserve fill the time that is left, in steps of looking. */
function isTooLate(view: JobView, onSpot: boolean): boolean {
  const step = view.observeMs || 1;
  const leftMs = view.deadlineMs - view.nowMs;
  return Math.ceil(needMs(view, onSpot) / step) * step >= Math.floor(leftMs / step) * step;
}

function needMs(view: JobView, onSpot: boolean): number {
  const { workMs, doneMs, changeoverMs, atRiskMs, stallMs } = view;
  const reserveMs = onSpot ? changeoverMs + atRiskMs + stallMs : 2 * changeoverMs + 2 * atRiskMs;
  return workMs - doneMs + stallMs + reserveMs;
}

/** The value of progress is looked at anew this often where nothing else happens. */
const revaluationMs = hourMs / 6;

/**
 * Value of progress (SkyNomad, NSDI 2027): an hour of progress is worth V = C_od (t / (T - t)) ((P - p) / p), the
 * on-demand price times the pace that is needed over the pace that was kept; the job goes where V times the share
 * of an instance's expected life that is training, minus its price and its changeover, is highest. The safety net of
 * the others holds here too.
 */
function valueOfProgress(view: JobView): number {
  if (mustHurry(view)) return inHurry(view);
  view.wakeMs = Math.min(view.wakeMs, view.nowMs + Math.max(revaluationMs, view.observeMs));
  const needed = (view.workMs - view.doneMs) / (view.deadlineMs - view.nowMs);
  const start = view.workMs / view.deadlineMs;
  // At the start nothing was kept yet: the pace of uniform progress stands in.
  const kept = view.nowMs > 0 ? Math.max(view.doneMs / view.nowMs, start / 100) : start;
  const value = view.onDemandUsdPerHour * (needed / kept);
  let best = waiting;
  let bestUtility = 0;
  const consider = (place: number, utility: number) => {
    if (utility > bestUtility) [best, bestUtility] = [place, utility];
  };
  for (const zone of view.zones) {
    if (!view.isUp(zone)) continue;
    const lifeMs = view.meanLeftMs(zone);
    const price = view.priceOf(zone);
    const moveMs = zone === view.place ? 0 : view.changeoverTo(zone);
    const trains = Math.max(0, lifeMs - moveMs) / lifeMs;
    consider(zone, value * trains - price);
  }
  // On demand lasts until the job is done.
  const onDemandMs = Math.max(1, view.workMs - view.doneMs);
  const moveMs = view.place === onDemand ? 0 : view.changeoverMs;
  const trains = onDemandMs / (onDemandMs + moveMs);
  consider(onDemand, value * trains - view.onDemandUsdPerHour);
  // One who leaves a spot instance to wait needs a larger reserve: without it, staying is cheaper than on-demand.
  if (best === waiting && view.place >= 0 && isTooLate(view, false)) return view.place;
  return best;
}
