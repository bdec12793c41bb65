import { workerData } from "node:worker_threads";
import type { WorkerTask } from "./run-experiment.ts";
import { simulateRange } from "./simulate-range.ts";

const { experiment, rows, nextReplica } = workerData as WorkerTask;
const counter = new Int32Array(nextReplica);
const cells = new Float64Array(rows);
for (;;) {
  const replica = Atomics.add(counter, 0, 1);
  if (replica >= experiment.replicas) break;
  simulateRange(experiment, replica, cells);
}
