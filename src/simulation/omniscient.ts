import type { Setup } from "./job.ts";
import type { MarketZone } from "./market.ts";
import { spotCostUsd } from "./market.ts";
import { firstAfter } from "./sorted-list.ts";
import { hourMs } from "./spot-trace.ts";

/** What nobody can go below who knows the whole future. */
export interface LowerBound {
  costUsd: number;
  onDemandHours: number;
  spotHours: number;
}

/**
 * A lower bound on what keeping the deadline costs, for one who knows when capacity comes and goes.
 *
 * Lagrange: an hour of progress earns `value`; the plan of highest earnings is found exactly by going backwards over
 * the moments at which capacity or prices change. Earnings for `workMs` minus that optimum bound the cost from below for
 * every value; the best value is found by bisection. Work without loss is assumed, and the shorter changeover.
 *
 * @param startMs since the trace's start
 */
export function omniscientBound(setup: Setup, startMs: number): LowerBound {
  const { job, path } = setup;
  if (job.deadlineMs === Infinity) throw new RangeError("a lower bound needs a deadline");
  const stage = prepareStage(setup, startMs, startMs + job.deadlineMs);
  const workHours = job.workMs / path.speed / hourMs;
  let low = 0;
  let high = 1;
  // At this value even on-demand instances that must load pay off.
  while (optimum(stage, high).workHours < workHours && high < 1e9) high *= 2;
  let below = optimum(stage, low);
  let above = optimum(stage, high);
  for (let step = 0; step < 60; step += 1) {
    const value = (low + high) / 2;
    const plan = optimum(stage, value);
    if (plan.workHours < workHours) [low, below] = [value, plan];
    else [high, above] = [value, plan];
  }
  // The two plans on both sides of the value, mixed so that the work is done: the bound itself.
  const span = above.workHours - below.workHours;
  const share = span > 1e-12 ? (workHours - below.workHours) / span : 1;
  const mix = (of: (plan: Plan) => number) => of(below) + (of(above) - of(below)) * share;
  return {
    costUsd: mix((plan) => plan.costUsd) * job.gang,
    onDemandHours: mix((plan) => plan.onDemandHours),
    spotHours: mix((plan) => plan.spotHours),
  };
}

interface Plan {
  workHours: number;
  costUsd: number;
  onDemandHours: number;
  spotHours: number;
}

/**
 * The time of one job, cut where anything changes. Places: the zones, a free ride in each, on-demand. A free ride is the
 * last hour before capacity goes, where an interruption in the first hour costs nothing.
 */
interface Stage {
  pieces: number;
  places: number;
  hours: Float64Array;
  /** Price of being there for a piece, one instance; Infinity where there is no capacity. */
  usd: Float64Array;
  /** Whether one who is there stays from the piece before. */
  stays: Uint8Array;
  changeoverHours: number;
  /** Of the changeover, what is not billed. */
  pendingHours: number;
}

function prepareStage({ market, path, rules, held }: Setup, fromMs: number, toMs: number): Stage {
  const zones = path.zones === "held" ? held.map((at) => market.zones[at]!) : market.zones;
  const freeMs = rules.firstHourFree ? hourMs : 0;
  const cuts = [fromMs, ...zones.flatMap((zone) => changes(zone, fromMs, toMs, freeMs)), toMs];
  const sorted = Float64Array.from(new Set(cuts)).toSorted();
  const pieces = sorted.length - 1;
  const places = 2 * zones.length + 1;
  const stage: Stage = {
    pieces,
    places,
    hours: new Float64Array(pieces),
    usd: new Float64Array(pieces * places).fill(Infinity),
    stays: new Uint8Array(pieces * places),
    changeoverHours: (rules.launchMs + Math.min(path.warmMs, path.coldMs)) / hourMs,
    pendingHours: rules.launchMs / hourMs,
  };
  for (let piece = 0; piece < pieces; piece += 1) {
    const [from, to] = [sorted[piece]!, sorted[piece + 1]!];
    const first = piece * places;
    stage.hours[piece] = (to - from) / hourMs;
    for (const [place, zone] of zones.entries()) {
      const spell = firstAfter(zone.downMs, from);
      if (spell >= zone.upMs.length || zone.upMs[spell]! > from) continue;
      stage.usd[first + place] = spotCostUsd(zone, from, to);
      stage.stays[first + place] = zone.upMs[spell]! < from ? 1 : 0;
      const rideFromMs = Math.max(zone.upMs[spell]!, zone.downMs[spell]! - freeMs);
      if (from < rideFromMs) continue;
      stage.usd[first + zones.length + place] = 0;
      stage.stays[first + zones.length + place] = rideFromMs < from ? 1 : 0;
    }
    stage.usd[first + places - 1] = ((to - from) / hourMs) * market.onDemandUsdPerHour;
    stage.stays[first + places - 1] = 1;
  }
  return stage;
}

function changes(zone: MarketZone, fromMs: number, toMs: number, freeMs: number): number[] {
  const within = (list: Float64Array) => [
    ...list.subarray(firstAfter(list, fromMs), firstAfter(list, toMs)),
  ];
  const rides = zone.downMs
    .subarray(firstAfter(zone.downMs, fromMs), firstAfter(zone.downMs, toMs + freeMs))
    .map((at) => at - freeMs);
  return [
    ...within(zone.upMs),
    ...within(zone.downMs),
    ...within(zone.price.fromMs),
    ...(freeMs > 0 ? rides : []),
  ].filter((at) => at > fromMs && at < toMs);
}

/**
 * The plan with the highest `value` x work - cost. A launch pays its changeover at once, as lost progress: one that would
 * end before it trains thus earns less than it really would, and is never worth it either way.
 */
function optimum(stage: Stage, value: number): Plan {
  const { pieces, places, hours, usd, stays, changeoverHours, pendingHours } = stage;
  const idle = places;
  const width = places + 1;
  let best = new Float64Array(width);
  const next = new Int8Array(pieces * width);
  for (let piece = pieces - 1; piece >= 0; piece -= 1) {
    const now = new Float64Array(width);
    const pieceHours = hours[piece]!;
    const first = piece * places;
    // Where to be in this piece, coming from nowhere; and coming from each place.
    let fresh = idle;
    let freshEarns = best[idle]!;
    for (let place = 0; place < places; place += 1) {
      const price = usd[first + place]!;
      if (price === Infinity) continue;
      const launchUsd = value * changeoverHours - (price / pieceHours) * pendingHours;
      const gain = value * pieceHours - price + best[place]! - launchUsd;
      if (gain > freshEarns) [fresh, freshEarns] = [place, gain];
    }
    for (let from = 0; from < width; from += 1) {
      const canStay = from < places && stays[first + from] === 1;
      const stayEarns = canStay ? value * pieceHours - usd[first + from]! + best[from]! : -Infinity;
      const stay = stayEarns > freshEarns;
      now[from] = stay ? stayEarns : freshEarns;
      next[piece * width + from] = stay ? from : fresh;
    }
    best = now;
  }
  return follow(stage, next);
}

function follow(stage: Stage, next: Int8Array): Plan {
  const { pieces, places, hours, usd, stays, changeoverHours, pendingHours } = stage;
  const width = places + 1;
  const plan: Plan = { workHours: 0, costUsd: 0, onDemandHours: 0, spotHours: 0 };
  let at = places;
  for (let piece = 0; piece < pieces; piece += 1) {
    const to = next[piece * width + at]!;
    if (to < places) {
      const price = usd[piece * places + to]!;
      const pieceHours = hours[piece]!;
      if (to !== at || stays[piece * places + to] === 0) {
        plan.workHours -= changeoverHours;
        plan.costUsd -= (price / pieceHours) * pendingHours;
      }
      plan.workHours += pieceHours;
      plan.costUsd += price;
      if (to === places - 1) plan.onDemandHours += pieceHours;
      else plan.spotHours += pieceHours;
    }
    at = to;
  }
  return plan;
}
