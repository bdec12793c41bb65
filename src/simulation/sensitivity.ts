import type { Case, Experiment } from "./experiment.ts";
import { runExperiment, type Threads } from "./run-experiment.ts";
import { summarize } from "./summarize.ts";

/** How the mean cost of the first case answers to one number that is not sure. */
export interface Sensitivity {
  what: string;
  /** The two values, as a person reads them. */
  range: readonly [low: string, high: string];
  costUsd: readonly [low: number, high: number];
}

interface Change {
  what: string;
  range: readonly [string, string];
  apply: (experiment: Experiment, isHigh: boolean) => Experiment;
}

const changes: readonly Change[] = [
  {
    what: "from a machine to training",
    range: ["half", "double"],
    apply: (experiment, isHigh) =>
      withPath(experiment, ({ warmMs, coldMs, ...path }) => ({
        ...path,
        warmMs: warmMs * (isHigh ? 2 : 0.5),
        coldMs: coldMs * (isHigh ? 2 : 0.5),
      })),
  },
  {
    what: "spot price",
    range: ["-20 %", "+20 %"],
    apply: (experiment, isHigh) => ({
      ...experiment,
      terms: { ...experiment.terms, spotPriceFactor: isHigh ? 1.2 : 0.8 },
    }),
  },
  {
    what: "on-demand price",
    range: ["-20 %", "+20 %"],
    apply: (experiment, isHigh) => ({
      ...experiment,
      terms: {
        ...experiment.terms,
        onDemandUsdPerHour: experiment.terms.onDemandUsdPerHour * (isHigh ? 1.2 : 0.8),
      },
    }),
  },
  {
    what: "notices that come in time",
    range: ["none", "all"],
    apply: (experiment, isHigh) => ({
      ...experiment,
      rules: { ...experiment.rules, noticeSuccess: isHigh ? 1 : 0 },
    }),
  },
];

function withPath(
  experiment: Experiment,
  change: (path: Case["path"]) => Case["path"],
): Experiment {
  return {
    ...experiment,
    cases: experiment.cases.map((one) => ({ ...one, path: change(one.path) })),
  };
}

/** One number at a time, everything else as it was; the widest first. */
export async function sensitivities(
  experiment: Experiment,
  threads: Threads,
): Promise<Sensitivity[]> {
  const first = { ...experiment, cases: experiment.cases.slice(0, 1) };
  const results: Sensitivity[] = [];
  for (const { what, range, apply } of changes) {
    const ends: number[] = [];
    for (const isHigh of [false, true]) {
      const changed = apply(first, isHigh);
      const summary = summarize(changed, await runExperiment(changed, threads));
      ends.push(summary.cases[0]!.costUsd.mean);
    }
    results.push({ what, range, costUsd: [ends[0]!, ends[1]!] });
  }
  const width = ({ costUsd: [low, high] }: Sensitivity) => Math.abs(high - low);
  return results.toSorted((a, b) => width(b) - width(a));
}
