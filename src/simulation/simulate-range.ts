import { type Experiment, homesOf, marketOfReplica, setupOf, startOf } from "./experiment.ts";
import { emptyOutcome, outcomeFields } from "./job.ts";
import { derivedSeed, uniform } from "./random.ts";
import { JobSimulator } from "./simulate-job.ts";
import { StretchTable } from "./stretch-table.ts";
import type { NoticeDraw } from "./job-run.ts";

/** Simulates the jobs of one replica in every case, into the cells that belong to them. */
export function simulateRange(experiment: Experiment, replica: number, cells: Float64Array): void {
  const { cases, jobs, replicas } = experiment;
  const prepared = marketOfReplica(experiment, replica);
  const zones = prepared.market.zones.length;
  const outcome = emptyOutcome();
  const width = outcomeFields.length;
  for (const [index, one] of cases.entries()) {
    const simulators = new Map<number, JobSimulator>();
    const { zones: bound, cache } = one.path;
    const isSame = bound === "all" && cache !== "held";
    const known = isSame ? new StretchTable(prepared.market) : undefined;
    for (let job = 0; job < jobs; job += 1) {
      const homes = homesOf(experiment, replica, job, zones);
      const home = homes[0] ?? 0;
      const simulator =
        simulators.get(home) ?? new JobSimulator(setupOf(experiment, one, prepared, homes), known);
      simulators.set(home, simulator);
      const startMs = startOf(experiment, replica, job, prepared.startsBeforeMs);
      simulator.run(startMs, outcome, noticeOf(experiment, replica, job));
      const first = ((index * replicas + replica) * jobs + job) * width;
      for (let field = 0; field < width; field += 1)
        cells[first + field] = outcome[outcomeFields[field]!];
    }
  }
}

/** Which interruptions of one job are survived by a save in time: the same in every case. */
export function noticeOf({ seed, rules }: Experiment, replica: number, job: number): NoticeDraw {
  const own = derivedSeed(seed, replica);
  return (interruption) => uniform(own, 0x4e6f + job, interruption) < rules.noticeSuccess;
}
