import type { ZoneTrace } from "../../src/simulation/spot-trace.ts";

/** One job in one zone, as the papers on deadlines tell it. All times in seconds. */
export interface TickJob {
  workSeconds: number;
  deadlineSeconds: number;
  changeoverSeconds: number;
  tickSeconds: number;
  startTick: number;
  onDemandUsdPerHour: number;
  policy: "uniform-progress" | "greedy";
}

export interface TickOutcome {
  costUsd: number;
  isLate: boolean;
}

type Machine = "none" | "spot" | "on-demand";

/**
 * The rules of "Can't Be Late" (NSDI 2024) tick by tick, with nothing in common with the simulator: slow, and short
 * enough to be checked by eye. At every tick one looks, decides for the whole tick, and pays for all of it.
 *
 * Uniform Progress: spot where it is to be had; behind t C/R without it, on-demand; back from there when ahead of what
 * is expected two changeovers later. Both: on-demand for good once the rest of the work and the reserve fill the ticks
 * that are left.
 */
export function replayTicks({ capacity, changesMs, prices }: ZoneTrace, job: TickJob): TickOutcome {
  const { workSeconds, deadlineSeconds, changeoverSeconds, tickSeconds } = job;
  const at = (list: { fromMs: Float64Array; values: ArrayLike<number> }, tick: number) =>
    list.values[list.fromMs.findLastIndex((from) => from <= tick * tickSeconds * 1000)] ?? 0;
  const inTicks = (seconds: number) => seconds / tickSeconds;
  const pace = workSeconds / deadlineSeconds;
  let now: Machine = "none";
  let loadsSeconds = 0;
  let done = 0;
  let costUsd = 0;
  let tick = 0;
  for (; workSeconds - done > 1e-3; tick += 1) {
    const t = tick * tickSeconds;
    const hasSpot = at({ fromMs: changesMs, values: capacity }, job.startTick + tick) > 0;
    if (now === "spot" && !hasSpot) now = "none";
    const ticksLeft = Math.floor(inTicks(deadlineSeconds - t));
    const ticksNeeded = (changeovers: number) =>
      Math.ceil(inTicks(workSeconds - done + changeovers * changeoverSeconds) - 1e-9);
    let next: Machine = now;
    const hurry: Machine = changeoverSeconds === 0 && hasSpot ? "spot" : "on-demand";
    if (ticksNeeded(1) >= ticksLeft && now === "spot" && loadsSeconds > 1e-3) next = hurry;
    else if (now !== "spot" && ticksNeeded(2) >= ticksLeft) next = hurry;
    else if (now === "none" && hasSpot) next = "spot";
    else if (job.policy === "uniform-progress") {
      if (now === "none" && done < t * pace - 1e-9) next = "on-demand";
      if (now === "on-demand" && hasSpot && done > (t + 2 * changeoverSeconds) * pace + 1e-9)
        next = "spot";
    }
    if (next !== now && next !== "none") loadsSeconds = changeoverSeconds;
    now = next;
    if (now === "none") continue;
    const loading = Math.min(loadsSeconds, tickSeconds);
    loadsSeconds -= loading;
    done += tickSeconds - loading;
    const spotUsd = at(
      { fromMs: prices!.fromMs, values: prices!.usdPerHour },
      job.startTick + tick,
    );
    costUsd += ((now === "spot" ? spotUsd : job.onDemandUsdPerHour) * tickSeconds) / 3600;
  }
  return { costUsd, isLate: tick * tickSeconds > deadlineSeconds };
}
