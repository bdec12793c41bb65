import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
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

/** On what it runs. */
export interface Threads {
  /** 1: this one. */
  workers: number;
  /** Ends it early: what is begun is thrown away. */
  signal?: AbortSignal;
}

/** More simulated jobs of one history than this are left to a worker, as nobody could stop them here. */
const mostAtOnce = 5_000;

/**
 * Simulates all jobs of all cases. Every job is a function of the experiment alone, so that the result does not depend
 * on the number of workers, bit by bit.
 *
 * @throws what the signal was aborted with
 */
export async function runExperiment(
  experiment: Experiment,
  { workers, signal }: Threads = { workers: 1 },
): Promise<Results> {
  const jobsPerCase = experiment.replicas * experiment.jobs;
  const cells = experiment.cases.length * jobsPerCase * outcomeFields.length;
  const rows = new SharedArrayBuffer(cells * Float64Array.BYTES_PER_ELEMENT);
  const results = { jobsPerCase, rows: new Float64Array(rows) };
  const threads = Math.min(workers, experiment.replicas);
  if (threads <= 1 && experiment.jobs * experiment.cases.length <= mostAtOnce) {
    for (let replica = 0; replica < experiment.replicas; replica += 1) {
      simulateRange(experiment, replica, results.rows);
      // Signals are heard between two turns of the event loop only.
      if (signal) await setImmediate();
      signal?.throwIfAborted();
    }
    return results;
  }
  const task: WorkerTask = { experiment, rows, nextReplica: new SharedArrayBuffer(4) };
  await Promise.all(Array.from({ length: threads }, () => runWorker(task, signal)));
  return results;
}

async function runWorker(task: WorkerTask, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const worker = new Worker(workerFile(), { workerData: task });
  const stop = () => void worker.terminate();
  signal?.addEventListener("abort", stop);
  const [code]: unknown[] = await once(worker, "exit");
  signal?.removeEventListener("abort", stop);
  signal?.throwIfAborted();
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
