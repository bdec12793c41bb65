import { initializationRateMiBps } from "../facts/ebs-limits.ts";
import { regionInitializationMiBps } from "../facts/restore-limits.ts";

/** MiB/s for each volume, if so many are made at once: the highest that a region grants to all of them. */
export function initializationRateFor(nodes: number): number {
  return Math.min(initializationRateMiBps.max, Math.floor(regionInitializationMiBps / nodes));
}
