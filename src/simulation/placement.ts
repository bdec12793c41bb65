import type { PlacementName } from "./job.ts";
import { type MarketZone, spotPriceAt } from "./market.ts";
import { meanLeftMs, type ResidualLife } from "./residual-life.ts";
import { dayMs } from "./spot-trace.ts";

/** What placement sees: only zones with capacity are asked about. */
export interface Candidate {
  zone: MarketZone;
  /** Index of the spell that the zone is in. */
  spell: number;
  /** ms since the trace's start. */
  atMs: number;
  residualLife: ResidualLife;
}

/** The zone with the highest score gets the job; of equals, the one where it ran last, then the first. */
export type Placement = (candidate: Candidate) => number;

export const placements: Readonly<Record<PlacementName, Placement>> = {
  "same-zone": () => 0,
  cheapest: ({ zone, atMs }) => -spotPriceAt(zone, atMs),
  "longest-life": ({ zone, spell, atMs, residualLife }) =>
    meanLeftMs(residualLife, atMs - zone.upMs[spell]!),
  "most-available": ({ zone, spell, atMs }) => upInLastDayMs(zone, spell, atMs),
  /** Knows the future: what no policy can beat by choosing zones one after the other. */
  hindsight: ({ zone, spell, atMs }) => zone.downMs[spell]! - atMs,
};

function upInLastDayMs({ upMs, downMs }: MarketZone, spell: number, atMs: number): number {
  const from = atMs - dayMs;
  let sum = 0;
  for (let at = spell; at >= 0 && downMs[at]! > from; at -= 1)
    sum += Math.min(downMs[at]!, atMs) - Math.max(upMs[at]!, from);
  return sum;
}
