import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Experiment } from "./experiment.ts";
import { outcomeFields } from "./job.ts";
import { simulateRange } from "./simulate-range.ts";

/** What every job of every case came to. */
export interface Results {
  /** Jobs of each case, replica by replica. */
  jobsPerCase: number;
  /** One column after the other for each job, one job after the other for each case. */
  rows: Float64Array;
}

/** What a worker gets. */
export interface WorkerTask {
  experiment: Experiment;
  rows: SharedArrayBuffer;
  /** One counter: the first replica that nobody has taken yet. */
  nextReplica: SharedArrayBuffer;
}

/**
 * Simulates all jobs of all cases. Every job is a function of the experiment alone, so that the result does not depend
 * on the number of workers, bit by bit.
 *
 * @param workers threads; 1: this one
 */
export async function runExperiment(experiment: Experiment, workers = 1): Promise<Results> {
  const jobsPerCase = experiment.replicas * experiment.jobs;
  const cells = experiment.cases.length * jobsPerCase * outcomeFields.length;
  const rows = new SharedArrayBuffer(cells * Float64Array.BYTES_PER_ELEMENT);
  const results = { jobsPerCase, rows: new Float64Array(rows) };
  const threads = Math.min(workers, experiment.replicas);
  if (threads <= 1) {
    for (let replica = 0; replica < experiment.replicas; replica += 1)
      simulateRange(experiment, replica, results.rows);
    return results;
  }
  const task: WorkerTask = { experiment, rows, nextReplica: new SharedArrayBuffer(4) };
  await Promise.all(Array.from({ length: threads }, () => runWorker(task)));
  return results;
}

async function runWorker(task: WorkerTask): Promise<void> {
  const worker = new Worker(workerFile(), { workerData: task });
  const [code]: unknown[] = await once(worker, "exit");
  if (code !== 0) throw new Error(`a simulation worker ended with exit code ${String(code)}`);
}

/** Beside this file: as TypeScript while developing, bundled as it is published. */
function workerFile(): URL {
  return import.meta.url.endsWith(".ts")
    ? new URL("./simulation-worker.ts", import.meta.url)
    : new URL("./simulation-worker.mjs", import.meta.url);
}

/** One column of one case. */
export function column(
  { rows, jobsPerCase }: Results,
  caseIndex: number,
  field: (typeof outcomeFields)[number],
): Float64Array {
  const width = outcomeFields.length;
  const offset = outcomeFields.indexOf(field);
  const first = caseIndex * jobsPerCase * width + offset;
  return Float64Array.from({ length: jobsPerCase }, (_, job) => rows[first + job * width]!);
}
