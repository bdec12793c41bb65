import type { Market } from "./market.ts";
import { hourMs } from "./spot-trace.ts";

/** Mean time that capacity of a given age will last. */
export interface ResidualLife {
  /** Ascending, beginning with 0. */
  ageMs: Float64Array;
  meanMs: Float64Array;
}

/** The ages at which it is tabulated, in hours. */
const ages = [0, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64];

/**
 * Nelson-Aalen: the hazard of each age from the spells at risk, those that the trace's end cuts counting as censored;
 * of its survival function the mean residual life. Beyond the last spell that ended, the last hazard holds on.
 */
export function residualLife({ zones, lengthMs }: Market): ResidualLife {
  const spells = zones.flatMap(({ upMs, downMs }) =>
    [...upMs].map((from, at) => ({ ms: downMs[at]! - from, ended: downMs[at]! < lengthMs })),
  );
  const ageMs = ages.map((hours) => hours * hourMs);
  const hazards = ageMs.map((from, at) => {
    const to = ageMs[at + 1] ?? Infinity;
    let atRiskMs = 0;
    let ended = 0;
    for (const { ms, ended: hasEnded } of spells) {
      atRiskMs += Math.max(0, Math.min(ms, to) - from);
      if (hasEnded && ms >= from && ms < to) ended += 1;
    }
    return { atRiskMs, ended };
  });
  // An age that nobody was seen to end at: half an ending, the usual guess for none.
  const rates = hazards.map(({ atRiskMs, ended }) =>
    atRiskMs > 0 ? Math.max(ended, 0.5) / atRiskMs : undefined,
  );
  const meanMs = new Float64Array(ages.length);
  let beyond = 1 / (rates.findLast((rate) => rate !== undefined) ?? 1 / (365 * 24 * hourMs));
  for (let at = ages.length - 1; at >= 0; at -= 1) {
    const rate = rates[at];
    const width = (ageMs[at + 1] ?? Infinity) - ageMs[at]!;
    if (rate !== undefined) {
      const survives = Math.exp(-rate * width);
      beyond = (1 - survives) / rate + survives * beyond;
    }
    meanMs[at] = beyond;
  }
  return { ageMs: Float64Array.from(ageMs), meanMs };
}

export function meanLeftMs({ ageMs, meanMs }: ResidualLife, age: number): number {
  let at = 0;
  while (at + 1 < ageMs.length && ageMs[at + 1]! <= age) at += 1;
  return meanMs[at]!;
}
