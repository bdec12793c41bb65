import type { Clock } from "../../src/clock.ts";

export interface ManualClock extends Clock {
  /** Moves time on and wakes the sleepers whose time has come, in order; resolves when what they do next has run. */
  advance(ms: number): Promise<void>;
}

/** A clock that stands still until the test moves it. */
export function createManualClock(start = Date.parse("2026-11-23T12:00:00Z")): ManualClock {
  let now = start;
  const sleepers = new Set<{ at: number; wake: () => void }>();

  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const fail = () => {
          sleepers.delete(sleeper);
          reject(signal?.reason as Error);
        };
        const sleeper = {
          at: now + ms,
          wake: () => {
            signal?.removeEventListener("abort", fail);
            resolve();
          },
        };
        if (signal?.aborted) {
          fail();
          return;
        }
        signal?.addEventListener("abort", fail, { once: true });
        sleepers.add(sleeper);
      }),
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const [next] = [...sleepers].toSorted((a, b) => a.at - b.at);
        if (!next || next.at > end) break;
        sleepers.delete(next);
        now = Math.max(now, next.at);
        next.wake();
        await settle();
      }
      now = end;
      await settle();
    },
  };
}

/** Lets what is ready run, across the promises that hand on to each other. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
}
