import type { Clock } from "../clock.ts";
import { uptimeSeconds } from "./machine-boot.ts";

/** Node's timers end at once when they are set to 25 days or more; the fill of a large volume may take longer. */
const longestSleepSeconds = 86_400;

/**
 * Resolves when the instance has lived as long as it may; never without a limit. Counted from the machine's boot, so
 * that a restarted agent does not begin anew.
 */
export async function lifetimeOver(
  { spec, clock }: { spec: { maxLifetimeSeconds?: number | undefined }; clock: Clock },
  signal: AbortSignal,
  uptime: () => number = uptimeSeconds,
): Promise<void> {
  const limit = spec.maxLifetimeSeconds ?? Number.POSITIVE_INFINITY;
  for (;;) {
    const left = limit - uptime();
    if (left <= 0) return;
    await clock.sleep(Math.min(left, longestSleepSeconds) * 1_000, signal);
  }
}
