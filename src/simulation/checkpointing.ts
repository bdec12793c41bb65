import { hazardByAge } from "../facts/spot-pools.ts";
import { lastAtOrBefore } from "./sorted-list.ts";
import { hourMs } from "./spot-trace.ts";

/**
 * How the work of one run on one instance is saved. Wall times count from the moment at which training begins.
 * The end of the job is saved like any checkpoint.
 */
export interface Checkpointing {
  /** Wall time until `workMs` of work are done and saved. */
  wallFor(workMs: number): number;
  /** Work done after `wallMs`, saved or not. */
  doneAt(wallMs: number): number;
  /** Work that a loss without notice leaves. */
  savedAt(wallMs: number): number;
  /** Wall time of one save. */
  stallMs: number;
  /** Most work that one loss takes. */
  atRiskMs: number;
}

/** Nothing is ever lost and saving takes no time: what the papers on deadlines assume. */
export const lossless: Checkpointing = {
  wallFor: (workMs) => workMs,
  doneAt: (wallMs) => wallMs,
  savedAt: (wallMs) => wallMs,
  stallMs: 0,
  atRiskMs: 0,
};

/** Every `intervalMs` of work, a save of `stallMs`. */
export function fixedInterval(intervalMs: number, stallMs: number): Checkpointing {
  const cycleMs = intervalMs + stallMs;
  return {
    wallFor: (workMs) => workMs + Math.ceil(workMs / intervalMs) * stallMs,
    doneAt(wallMs) {
      const cycles = Math.floor(wallMs / cycleMs);
      return cycles * intervalMs + Math.min(wallMs - cycles * cycleMs, intervalMs);
    },
    savedAt: (wallMs) => Math.floor(wallMs / cycleMs) * intervalMs,
    stallMs,
    atRiskMs: cycleMs,
  };
}

/** Only on notice, and at the end: without one, all of a run is lost. */
export function noticeOnly(stallMs: number, workMs: number): Checkpointing {
  return { ...fixedInterval(Math.max(1, workMs), stallMs), savedAt: () => 0 };
}

/** In one run: more are not told apart. */
const mostSaves = 1e6;

/**
 * Young's interval for the hazard of the instance's age: often while it is young, seldom once it has proved itself.
 *
 * @param loadMs age at which training begins
 */
export function ageDependent(stallMs: number, loadMs: number, horizonMs: number): Checkpointing {
  // Parallel lists: where a save ends, and the work saved by then.
  const ends: number[] = [0];
  const saved: number[] = [0];
  // A save that takes no time would be made all the time.
  const leastMs = Math.max(1_000, Math.ceil(horizonMs / mostSaves));
  for (let wallMs = 0, workMs = 0; wallMs < horizonMs;) {
    const meanMs = 1 / hazardAt(loadMs + wallMs);
    const intervalMs = Math.max(leastMs, Math.round(youngIntervalMs(stallMs, meanMs)));
    workMs += intervalMs;
    wallMs += intervalMs + stallMs;
    ends.push(wallMs);
    saved.push(workMs);
  }
  const endsMs = Float64Array.from(ends);
  const savedMs = Float64Array.from(saved);
  return {
    wallFor(workMs) {
      const at = lastAtOrBefore(savedMs, workMs);
      const restMs = workMs - savedMs[at]!;
      return endsMs[at]! + (restMs > 0 ? restMs + stallMs : 0);
    },
    doneAt(wallMs) {
      const at = lastAtOrBefore(endsMs, wallMs);
      return Math.min(savedMs[at]! + wallMs - endsMs[at]!, savedMs[at + 1] ?? Infinity);
    },
    savedAt: (wallMs) => savedMs[lastAtOrBefore(endsMs, wallMs)]!,
    stallMs,
    atRiskMs:
      stallMs + saved.reduce((most, work, at) => Math.max(most, work - (saved[at - 1] ?? 0)), 0),
  };
}

/** Losses per ms at an age. */
function hazardAt(ageMs: number): number {
  const hours = ageMs / hourMs;
  return (hazardByAge.findLast(({ fromHours }) => fromHours <= hours)?.perHour ?? 0) / hourMs;
}

/** "A first order approximation to the optimum checkpoint interval", Young 1974. Any unit of time. */
export function youngIntervalMs(stallMs: number, meanTimeToLossMs: number): number {
  return Math.sqrt(2 * stallMs * meanTimeToLossMs);
}

/** The exact optimum for exponential losses, after Daly 2006: M (1 + W0(-exp(-stall/M - 1))). */
export function dalyIntervalMs(stallMs: number, meanTimeToLossMs: number): number {
  return meanTimeToLossMs * (1 + lambertW0(-Math.exp(-stallMs / meanTimeToLossMs - 1)));
}

export interface LossModel {
  /** Mean time between losses. */
  meanMs: number;
  /** From a loss until training again. */
  restartMs: number;
}

/** Mean time to finish `workMs` under exponential losses (Daly 2006). */
export function expectedMakespanMs(
  workMs: number,
  intervalMs: number,
  stallMs: number,
  { meanMs, restartMs }: LossModel,
): number {
  const perSegment = Math.expm1((intervalMs + stallMs) / meanMs);
  return (workMs / intervalMs) * meanMs * Math.exp(restartMs / meanMs) * perSegment;
}

/** The principal branch of w e^w = x for -1/e <= x < 0, by Halley's steps. */
function lambertW0(x: number): number {
  // Near the branch point the series in sqrt(2 (e x + 1)) is the good start.
  const p = Math.sqrt(Math.max(0, 2 * (Math.E * x + 1)));
  let w = -1 + p - (p * p) / 3;
  for (let step = 0; step < 50; step += 1) {
    const e = Math.exp(w);
    const error = w * e - x;
    const change = error / (e * (w + 1) - ((w + 2) * error) / (2 * w + 2));
    if (!Number.isFinite(change) || Math.abs(change) < 1e-15) break;
    w -= change;
  }
  return w;
}
