/** A small generator whose state fits into a checkpoint, so that a resumed run is the same run. */
export class Random {
  state: number;

  constructor(state: number) {
    this.state = state >>> 0;
  }

  /** In [0, 1). Mulberry32. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  /** 0 … length-1 in random order. */
  shuffle(length: number): number[] {
    const order = Array.from({ length }, (_, at) => at);
    for (let at = length - 1; at > 0; at -= 1) {
      const other = this.below(at + 1);
      [order[at], order[other]] = [order[other]!, order[at]!];
    }
    return order;
  }
}
