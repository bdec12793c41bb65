/** A job in the eyes of Uniform Progress ("Can't Be Late", NSDI 2024). Times are ms since the job's start. */
export interface Progress {
  nowMs: number;
  /** Work done by now. */
  doneMs: number;
  workMs: number;
  deadlineMs: number;
  /** When the instance at work trains, or began to. */
  trainsFromMs: number;
  /** Longest way from a launch to training. */
  changeoverMs: number;
  /** Time that a save takes. */
  stallMs: number;
}

/** The first ms at which one who makes no progress is behind ep(t) = t C/R. */
export function behindFromMs({ doneMs, workMs, deadlineMs }: Progress): number {
  return Math.floor(doneMs / (workMs / deadlineMs)) + 1;
}

/**
 * On on-demand: the first ms at which progress exceeds ep(t + 2d), so that two changeovers later the job is still ahead.
 *
 * @returns Infinity where on-demand is no faster than the pace that is needed
 */
export function aheadFromMs(progress: Progress): number {
  const { nowMs, doneMs, workMs, deadlineMs, trainsFromMs, changeoverMs, stallMs } = progress;
  const pace = workMs / deadlineMs;
  const lead = 2 * changeoverMs * pace + stallMs;
  if (doneMs > nowMs * pace + lead) return nowMs;
  // It grows by 1 in training while what is expected grows by the pace.
  if (pace >= 1) return Infinity;
  const fromMs = Math.max(nowMs, trainsFromMs);
  const missing = fromMs * pace + lead - doneMs;
  return Math.max(nowMs, fromMs + Math.floor(missing / (1 - pace)) + 1);
}
