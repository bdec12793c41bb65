import type { Clock } from "../../clock.ts";

interface BucketOptions {
  perSecond: number;
  /** What gathers while nobody takes. The bucket begins full. */
  most: number;
  clock: Clock;
}

export interface TokenBucket {
  /**
   * Undefined when the tokens are there, else a promise for the moment when they are. More than there is may be
   * taken: whoever comes next waits until that is paid back, so the long-run rate is exact for any size.
   */
  take(count: number, signal?: AbortSignal): Promise<void> | undefined;
  giveBack(count: number): void;
}

export function createTokenBucket({ perSecond, most, clock }: BucketOptions): TokenBucket {
  let tokens = most;
  let filledAt = clock.now();

  function refill(): void {
    const now = clock.now();
    tokens = Math.min(most, tokens + (Math.max(0, now - filledAt) / 1000) * perSecond);
    filledAt = now;
  }

  return {
    take(count, signal) {
      refill();
      const owed = -tokens;
      tokens -= count;
      if (owed < 0) return undefined;
      return clock.sleep((owed / perSecond) * 1000, signal).catch((error: unknown) => {
        tokens += count;
        throw error;
      });
    },
    giveBack(count) {
      tokens = Math.min(most, tokens + count);
    },
  };
}
