import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../src/clock.ts";

/** The real time, but nobody sleeps longer than 20 ms: for loops that look at something every second. */
export function quickClock(): Clock {
  return {
    now: () => Date.now(),
    async sleep(ms, signal) {
      await delay(Math.min(ms, 20), undefined, signal ? { signal } : {});
    },
  };
}
