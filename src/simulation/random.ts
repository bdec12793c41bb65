/**
 * Random numbers that are a function of (seed, stream, counter) and of nothing else: any worker computes the same
 * numbers for the same job, in any order.
 *
 * In [0, 1), in steps of 2^-32. Each of the words goes through a 32-bit finaliser of full avalanche; the tests look at
 * the distribution and at neighbouring streams.
 */
export function uniform(seed: number, stream: number, counter: number): number {
  return (hash3(seed, stream, counter) >>> 0) / 4_294_967_296;
}

/** A whole number in [0, below). */
export function uniformIndex(seed: number, stream: number, counter: number, below: number): number {
  return Math.floor(uniform(seed, stream, counter) * below);
}

/** A seed of its own for each purpose and replica. */
export function derivedSeed(seed: number, purpose: number): number {
  return hash3(seed, 0x51ed270b, purpose) >>> 0;
}

function hash3(a: number, b: number, c: number): number {
  return mix(mix(mix(a ^ 0x2545f491) + Math.imul(b, 0x9e3779b1)) + Math.imul(c, 0x85ebca77));
}

/** "lowbias32" of C. Wellons' hash prospector. */
function mix(word: number): number {
  let x = word | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}
