/** The monthly cost of a plan as a line: what stands, and what each restart adds, in US dollars. */
export interface CostLine {
  standingUsd: number;
  restartUsd: number;
}

export interface BreakEven {
  /** From how many restarts a month on `plan` is cheaper than `than`: 0 always, Infinity never. */
  restarts: number;
  /** `above`: from there on. `below`: up to there. */
  cheaper: "above" | "below" | "always" | "never";
}

/**
 * Where two lines cross: r* = (standing of plan − standing of the other) / (restart of the other − restart of plan).
 */
export function breakEvenRestarts(plan: CostLine, than: CostLine): BreakEven {
  const extra = plan.standingUsd - than.standingUsd;
  const savedPerRestart = than.restartUsd - plan.restartUsd;
  if (extra <= 0 && savedPerRestart >= 0 && (extra < 0 || savedPerRestart > 0))
    return { restarts: 0, cheaper: "always" };
  if (extra >= 0 && savedPerRestart <= 0) return { restarts: Infinity, cheaper: "never" };
  return { restarts: extra / savedPerRestart, cheaper: extra > 0 ? "above" : "below" };
}
