import type { Interval95 } from "./block-bootstrap.ts";

/** Where two lines cross, or that they do not; lines that cross several times have one of these for each. */
export interface Crossing {
  one: string;
  other: string;
  /**
   * Which of the two is cheaper up to the crossing; over all of the range, where they do not cross. Undefined: nobody can
   * tell the two apart, as they cost the same or cross anywhere in the resamples.
   */
  cheaperBelow: string | undefined;
  /** Undefined: they do not cross between the least and the most. */
  interruptions: number | undefined;
  /** 95 % by blocks, paired; an end that lies beyond what was simulated is undefined, as is that of one block. */
  low: number | undefined;
  high: number | undefined;
  /** Share of the resamples in which they cross like this, or at all; undefined with one block. */
  crossingShare: number | undefined;
}

/** What one costs more than another, in means and in each resample, for each of the points that were simulated. */
export interface Gaps {
  xs: readonly number[];
  gaps: readonly number[];
  resamples: readonly Float64Array[] | undefined;
}

export function crossingsOf(
  [one, other]: readonly [string, string],
  { xs, gaps, resamples }: Gaps,
): Crossing[] {
  const drawn =
    resamples &&
    Array.from(resamples[0]!, (_, n) => {
      const own = resamples.map((at) => at[n]!);
      return { found: signChanges(xs, own), lastSign: Math.sign(own.at(-1)!) };
    });
  const found = signChanges(xs, gaps);
  const unsure = { low: undefined, high: undefined, crossingShare: undefined };
  const cheaper = (sign: number) => (sign === 0 ? undefined : sign < 0 ? one : other);
  if (found.length === 0) {
    const cheaperBelow = cheaper(Math.sign(gaps.find((gap) => gap !== 0) ?? 0));
    const share = drawn && shareOf(drawn, (each) => each.found.length > 0);
    return [
      { one, other, cheaperBelow, interruptions: undefined, ...unsure, crossingShare: share },
    ];
  }
  const all = found.map(({ x, sign }): Crossing => {
    const told = { one, other, cheaperBelow: cheaper(sign), interruptions: x };
    if (!drawn) return { ...told, ...unsure };
    // In each resample the nearest crossing of the same kind; one without has it later than all that was simulated if
    // it ends on this side of it, and sooner if on the other.
    const places = drawn.map(
      (each) =>
        nearest(
          each.found.filter((change) => change.sign === sign),
          x,
        ) ?? (each.lastSign === sign ? Infinity : -Infinity),
    );
    const [low, high] = endsOf(Float64Array.from(places).toSorted());
    return {
      ...told,
      low: Number.isFinite(low) ? low : undefined,
      high: Number.isFinite(high) ? high : undefined,
      crossingShare: shareOf(places, Number.isFinite),
    };
  });
  if (!drawn) return all;
  const told = all.filter(({ low, high }) => low !== undefined || high !== undefined);
  if (told.length > 0) return told;
  const crossingShare = shareOf(drawn, (each) => each.found.length > 0);
  return [
    { one, other, cheaperBelow: undefined, interruptions: undefined, ...unsure, crossingShare },
  ];
}

function shareOf<Value>(all: readonly Value[], is: (one: Value) => boolean): number {
  return all.filter(is).length / all.length;
}

function nearest(changes: readonly SignChange[], x: number): number | undefined {
  const distance = (change: SignChange) => Math.abs(Math.log(change.x / x));
  return changes.toSorted((a, b) => distance(a) - distance(b))[0]?.x;
}

/** 95 % of an ascending list, by its own elements: some are infinite, and between them nothing can be said. */
function endsOf(ascending: Float64Array): Interval95 {
  const last = ascending.length - 1;
  return [ascending[Math.floor(0.025 * last)]!, ascending[Math.ceil(0.975 * last)]!];
}

export interface SignChange {
  x: number;
  /** Of what comes before. */
  sign: number;
}

/** Where the gap changes its sign, between neighbours by proportion. */
export function signChanges(xs: readonly number[], gaps: readonly number[]): SignChange[] {
  return gaps.flatMap((gap, at) => {
    const before = gaps[at - 1];
    if (before === undefined || before === 0 || Math.sign(gap) === Math.sign(before)) return [];
    const [from, to] = [xs[at - 1]!, xs[at]!];
    return [{ x: from + (to - from) * (before / (before - gap)), sign: Math.sign(before) }];
  });
}
