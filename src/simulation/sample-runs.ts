import { type Experiment, homesOf, marketOfReplica, setupOf, startOf } from "./experiment.ts";
import { emptyOutcome, type Interval, type JobOutcome } from "./job.ts";
import { noticeOf } from "./simulate-range.ts";
import { JobSimulator } from "./simulate-job.ts";

/** One job of the experiment in one case, piece by piece. */
export interface SampleRun {
  caseName: string;
  job: number;
  startMs: number;
  outcome: JobOutcome;
  timeline: Interval[];
}

/** The first jobs of the first replica in each case, again, with what happened to them. */
export function sampleRuns(experiment: Experiment, jobs: number): SampleRun[] {
  const prepared = marketOfReplica(experiment, 0);
  return experiment.cases.flatMap((one) =>
    Array.from({ length: Math.min(jobs, experiment.jobs) }, (_, job): SampleRun => {
      const homes = homesOf(experiment, 0, job, prepared.market.zones.length);
      const startMs = startOf(experiment, 0, job, prepared.startsBeforeMs);
      const outcome = emptyOutcome();
      const timeline: Interval[] = [];
      const simulator = new JobSimulator(setupOf(experiment, one, prepared, homes));
      simulator.run(startMs, outcome, noticeOf(experiment, 0, job), timeline);
      return { caseName: one.name, job, startMs, outcome, timeline };
    }),
  );
}
