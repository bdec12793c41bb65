/** A limit that is halved when S3 asks to slow down, and grows by one for each round of answers without it (AIMD). */
export interface AdaptiveLimit {
  value(): number;
  /** `inFlight`: a limit that is not used up does not grow. */
  noteSuccess(inFlight: number): void;
  noteBusy(): void;
  noteLatency(ms: number): void;
}

/** Answers of one burst come together: they count once. */
const oneBurstMs = 1_000;

/** Answers as slow as this against the usual are a sign of a queue in front of S3. */
const slowFactor = 4;

/** Below this a latency is never called slow: the first byte takes 100–200 ms as a rule ("Performance guidelines"). */
const neverSlowMs = 400;

export function adaptiveLimit(most: number, now: () => number): AdaptiveLimit {
  let limit = most;
  let loweredAt = -Infinity;
  let successes = 0;
  let usualMs: number | undefined;
  let recentMs = 0;

  function lower(factor: number): void {
    if (now() - loweredAt < oneBurstMs) return;
    loweredAt = now();
    successes = 0;
    limit = Math.max(1, limit * factor);
  }

  return {
    value: () => Math.floor(limit),
    noteSuccess(inFlight) {
      if (limit >= most || inFlight < Math.floor(limit)) return;
      successes += 1;
      if (successes < limit) return;
      successes = 0;
      limit = Math.min(most, limit + 1);
    },
    noteBusy: () => lower(0.5),
    noteLatency(ms) {
      usualMs ??= recentMs = ms;
      recentMs += (ms - recentMs) / 16;
      // Follows a faster S3 at once and a slower one only in the course of thousands of answers.
      usualMs = ms < usualMs ? usualMs + (ms - usualMs) / 16 : usualMs + (ms - usualMs) / 4096;
      if (recentMs > Math.max(neverSlowMs, slowFactor * usualMs)) {
        lower(0.9);
        recentMs = usualMs;
      }
    },
  };
}
