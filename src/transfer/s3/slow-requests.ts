/**
 * Knows which requests take much longer than the others. AWS advises to give up the slowest few per cent and ask
 * again, as a new connection often meets a faster path ("Timeouts and retries for latency-sensitive applications",
 * Performance design patterns for Amazon S3).
 */
export interface SlowRequests {
  /** A request for `bytes` that went well took so long. */
  note(bytes: number, ms: number): void;
  /** From when on a request for `bytes` is slow; undefined while too few are known. */
  limitMs(bytes: number): number | undefined;
  /** Counts one more that is given up; false when it would be too many of all. */
  mayGiveUp(): boolean;
}

const window = 128;
const enough = 16;

/** What a request costs besides its bytes, in bytes that could come in that time. */
const latencyBytes = 1024 * 1024;

/** Three times as slow as nearly all others, and long enough for another try to be worth it. */
const factor = 3;
const leastMs = 1_000;

export function slowRequests(): SlowRequests {
  /** Milliseconds per byte, of the last so many. */
  const costs: number[] = [];
  let known = 0;
  let givenUp = 0;
  return {
    note(bytes, ms) {
      costs[known % window] = ms / (bytes + latencyBytes);
      known += 1;
    },
    limitMs(bytes) {
      if (known < enough) return undefined;
      const sorted = costs.toSorted((a, b) => a - b);
      const usual = sorted[Math.floor(sorted.length * 0.9)]!;
      return Math.max(leastMs, factor * usual * (bytes + latencyBytes));
    },
    mayGiveUp() {
      if (givenUp >= 2 + known / 20) return false;
      givenUp += 1;
      return true;
    },
  };
}
