import { type Estimate, exactly, isExact } from "../../../cost/estimate.ts";

/** One line of what the answer rests on. */
export interface Assumption {
  what: string;
  /** With its range, where it has one. */
  value: string;
  origin: string;
}

/** Notes each number that goes into an answer, with its origin. */
export interface Ledger {
  note: (what: string, estimate: Estimate, show: (value: number) => string) => Estimate;
  readonly lines: readonly Assumption[];
}

export function openLedger(): Ledger {
  const lines: Assumption[] = [];
  return {
    lines,
    note(what, estimate, show) {
      const { low, likely, high, origin } = estimate;
      const range = isExact(estimate) ? "" : ` (${show(low)} to ${show(high)})`;
      lines.push({ what, value: `${show(likely)}${range}`, origin });
      return estimate;
    },
  };
}

/** What a flag said, else the preset, whose origin then names the flag. */
export function told(value: number | undefined, flag: string, preset: Estimate): Estimate {
  return value === undefined
    ? { ...preset, origin: `${preset.origin}; ${flag}` }
    : exactly(value, flag);
}
