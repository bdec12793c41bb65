import type { Clock } from "./clock.ts";
import type { Report } from "./progress.ts";

/** What long work is given beside its arguments. */
export interface WorkOptions {
  report: Report;
  /** Ends the work between two calls; what AWS was asked for already goes on. */
  signal?: AbortSignal;
  clock?: Clock;
}
