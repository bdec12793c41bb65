import type { Clock } from "./clock.ts";
import { systemClock } from "./clock.ts";

export interface RetryOptions {
  /** Milliseconds after which the last error is thrown. */
  deadlineMs: number;
  /** First pause; it doubles up to `maxDelayMs`, with full jitter. */
  delayMs?: number;
  maxDelayMs?: number;
  shouldRetry: (error: unknown) => boolean;
  signal?: AbortSignal;
  clock?: Clock;
  random?: () => number;
}

/** Calls `work` again while it fails in a way that `shouldRetry` accepts; throws the last error at the deadline. */
export async function retry<Result>(
  work: () => Promise<Result>,
  options: RetryOptions,
): Promise<Result> {
  const { delayMs = 200, maxDelayMs = 5_000, clock = systemClock, random = Math.random } = options;
  const end = clock.now() + options.deadlineMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const pause = random() * Math.min(maxDelayMs, delayMs * 2 ** attempt);
      if (!options.shouldRetry(error) || clock.now() + pause > end) throw error;
      await clock.sleep(pause, options.signal);
    }
  }
}
