import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../src/clock.ts";

/** A clock on which every pause is over at once: for deadlines that a test shall not sit out. */
export function hurriedClock(): Clock {
  let now = Date.now();
  return {
    now: () => now,
    async sleep(ms, signal) {
      now += ms;
      await delay(1, undefined, signal ? { signal } : {});
    },
  };
}
