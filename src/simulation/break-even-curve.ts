import { meanOf, resampledMeans } from "./block-bootstrap.ts";
import { type Crossing, crossingsOf, signChanges } from "./crossings.ts";
import { hoursPerMonthOfStorage } from "../cost/situation.ts";
import { type Case, type Experiment, marketOfReplica } from "./experiment.ts";
import type { Market } from "./market.ts";
import { column, type Results, runExperiment, type Threads } from "./run-experiment.ts";
import { hourMs } from "./spot-trace.ts";
import { blocksOf } from "./summarize.ts";

/**
 * What the ways to bring the data cost in markets that are like this one, but slower or faster: with fewer or with more
 * interruptions. Interruptions are counted by the month of running: how often capacity goes away that is in use.
 */
export interface BreakEvenCurves {
  /** Of this market. */
  interruptions: number;
  /** Simulated from the least to the most. */
  range: readonly [least: number, most: number];
  lines: Array<{
    name: string;
    points: Array<{
      interruptions: number;
      /** Mean of a job. */
      usd: number;
      /** Against the first line, paired. */
      extraUsd: number;
    }>;
  }>;
  pairs: Crossing[];
}

/** Interruptions a month of running that are simulated, beside those of this market. */
const grid = [12.5, 25, 50, 100, 200, 400, 800, 1_600];
/** A measured history in fast motion is soon used up; a made-up one is only longer to make. */
const mostPace = { trace: 4, blocks: 16, synthetic: 16 };
/** Paces that are nearer to each other are one. */
const sameWithin = 1.03;
/** Of an average month, as for storage. */
const monthHours = hoursPerMonthOfStorage;

/**
 * Runs the experiment again with its histories in slow and in fast motion. Jobs start at the same points of the same
 * histories, so that what differs is how often capacity goes, and for how much shorter times.
 *
 * Lines bend, so it is simulated a second time where they seem to cross; from there to the next points proportions hold.
 *
 * @param done the experiment's own results
 * @returns undefined where there is nothing to compare, or capacity never goes away
 */
export async function breakEvenCurves(
  experiment: Experiment,
  done: Results,
  threads: Threads = { workers: 1 },
): Promise<BreakEvenCurves | undefined> {
  const cases = experiment.cases.filter(
    (one) => reactionOf(one) === reactionOf(experiment.cases[0]!),
  );
  const interruptions = interruptionsPerMonth(experiment);
  if (cases.length < 2 || interruptions === 0) return undefined;
  const own = cases.map((one) => column(done, experiment.cases.indexOf(one), "costUsd"));
  const points: Point[] = [{ pace: 1, costs: own, means: own.map(meanOf) }];
  const simulate = async (paces: readonly number[]) => {
    for (const pace of paces) {
      if (points.some((known) => isSame(known.pace, pace))) continue;
      const results = await runExperiment({ ...experiment, cases, pace }, threads);
      const costs = cases.map((_, at) => column(results, at, "costUsd"));
      points.push({ pace, costs, means: costs.map(meanOf) });
    }
    points.sort((a, b) => a.pace - b.pace);
  };
  const most = mostPace[experiment.source.kind];
  await simulate(grid.map((wanted) => wanted / interruptions).filter((pace) => pace <= most));
  const pairs = cases.flatMap((_, one) =>
    cases.slice(one + 1).map((__, more) => ({ one, other: one + 1 + more })),
  );
  const near = pairs.flatMap((pair) => signChanges(paces(points), gapsOf(points, pair)));
  await simulate(near.map(({ x }) => x));

  // Where time goes fastest a job sees the longest piece of the history.
  const blocks = blocksOf({ ...experiment, pace: points.at(-1)!.pace }, done);
  const resampled = (usd: Float64Array) => resampledMeans(usd, blocks, experiment.seed);
  const drawn = blocks.count < 2 ? undefined : points.map(({ costs }) => costs.map(resampled));
  const xs = paces(points).map((pace) => interruptions * pace);
  return {
    interruptions,
    range: [xs[0]!, xs.at(-1)!],
    lines: cases.map(({ path }, at) => ({
      name: path.name,
      points: points.map(({ means }, step) => ({
        interruptions: xs[step]!,
        usd: means[at]!,
        extraUsd: means[at]! - means[0]!,
      })),
    })),
    pairs: pairs.flatMap(({ one, other }) => {
      const names = [cases[one]!.path.name, cases[other]!.path.name] as const;
      const resamples = drawn?.map((at) => at[one]!.map((usd, n) => usd - at[other]![n]!));
      return crossingsOf(names, { xs, gaps: gapsOf(points, { one, other }), resamples });
    }),
  };
}

/** What every job cost at one pace, case by case. */
interface Point {
  pace: number;
  costs: readonly Float64Array[];
  means: readonly number[];
}

const paces = (points: readonly Point[]) => points.map(({ pace }) => pace);

const gapsOf = (points: readonly Point[], { one, other }: { one: number; other: number }) =>
  points.map(({ means }) => means[one]! - means[other]!);

const isSame = (a: number, b: number) => Math.max(a, b) / Math.min(a, b) < sameWithin;

/** Only cases that differ from the first in the way to bring the data alone are compared. */
const reactionOf = ({ strategy, checkpoints }: Case) => JSON.stringify([strategy, checkpoints]);

function interruptionsPerMonth(experiment: Experiment): number {
  let upMs = 0;
  let ended = 0;
  for (let replica = 0; replica < experiment.replicas; replica += 1) {
    const { zones, lengthMs }: Market = marketOfReplica(experiment, replica).market;
    for (const zone of zones)
      for (const [at, from] of zone.upMs.entries()) {
        upMs += zone.downMs[at]! - from;
        if (zone.downMs[at]! < lengthMs) ended += 1;
      }
  }
  return ended === 0 ? 0 : (ended / (upMs / hourMs)) * monthHours;
}
