/** A number that is not known for sure, and where it comes from. */
export interface Estimate {
  low: number;
  likely: number;
  high: number;
  /** As a person reads it, such as `--hours` or `assumed`. */
  origin: string;
}

export function exactly(value: number, origin: string): Estimate {
  return { low: value, likely: value, high: value, origin };
}

export function between(low: number, likely: number, high: number, origin: string): Estimate {
  return { low: Math.min(low, likely), likely, high: Math.max(high, likely), origin };
}

export function isExact({ low, high }: Estimate): boolean {
  return low === high;
}
