import { uniformIndex } from "./random.ts";

/** A 95 % interval. */
export type Interval95 = readonly [low: number, high: number];

/** Which block each job belongs to: jobs that saw the same market at the same time are not independent. */
export interface Blocks {
  count: number;
  blockOf: Int32Array;
}

const resamples = 1000;

/** 95 % interval of the mean; undefined with less than two blocks, which say nothing about other times. */
export function meanInterval(
  values: Float64Array,
  blocks: Blocks,
  seed: number,
): Interval95 | undefined {
  if (blocks.count < 2) return undefined;
  const means = resampledMeans(values, blocks, seed).toSorted();
  return [quantile(means, 0.025), quantile(means, 0.975)];
}

/**
 * Means of resamples that are made by drawing whole blocks with replacement. The same seed draws the same blocks, so
 * that differences of cases stay paired: the n-th resample of one is that of the other.
 */
export function resampledMeans(values: Float64Array, blocks: Blocks, seed: number): Float64Array {
  const sums = new Float64Array(blocks.count);
  const sizes = new Float64Array(blocks.count);
  for (const [job, value] of values.entries()) {
    const block = blocks.blockOf[job]!;
    sums[block]! += value;
    sizes[block]! += 1;
  }
  return Float64Array.from({ length: resamples }, (_, resample) => {
    let sum = 0;
    let size = 0;
    for (let draw = 0; draw < blocks.count; draw += 1) {
      const block = uniformIndex(seed, resample, draw, blocks.count);
      sum += sums[block]!;
      size += sizes[block]!;
    }
    return sum / size;
  });
}

/** Of an ascending list, between neighbours by proportion. */
export function quantile(ascending: Float64Array, share: number): number {
  const at = share * (ascending.length - 1);
  const low = ascending[Math.floor(at)] ?? Number.NaN;
  const high = ascending[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
}

export function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
