import { readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";

/** A thread that computes so much of the time is what holds the transfer up; less, and it waits for network or disk. */
const busyShare = 0.85;
/** Of a core, over all that others do on this machine. With less, a second thread would gain little. */
const idleCores = 0.5;
const lookEveryMs = 1_000;
const looksInARow = 2;

interface Measure {
  /** Milliseconds of any clock. */
  at: number;
  /** Of this thread; undefined where Node cannot tell. */
  cpuMs: number | undefined;
  /** Of all cores together, since the machine's start. */
  idleMs: number;
}

/**
 * Tells whether another thread would help: this one computes nearly all the time, and a core has nothing to do.
 *
 * @returns to be asked now and then; it measures once a second at most.
 */
export function createThreadNeed(
  measure: () => Measure = measureHere,
  parallelism = availableParallelism(),
): () => boolean {
  let last = measure();
  let looks = 0;
  return () => {
    if (parallelism < 2) return false;
    const now = measure();
    const ms = now.at - last.at;
    if (ms >= lookEveryMs) {
      const busy = ((now.cpuMs ?? 0) - (last.cpuMs ?? 0)) / ms;
      const idle = (now.idleMs - last.idleMs) / ms;
      looks = busy >= busyShare && idle >= idleCores ? looks + 1 : 0;
      last = now;
    }
    return looks >= looksInARow;
  };
}

export function measureHere(): Measure {
  // Node 22 does not have it before 22.19.
  const usage = (process as Partial<NodeJS.Process>).threadCpuUsage?.();
  return {
    at: performance.now(),
    cpuMs: usage && (usage.user + usage.system) / 1_000,
    idleMs: idleMsHere(),
  };
}

/** A tick of /proc/stat (USER_HZ, the same on all Linux machines that Node runs on). */
const tickMs = 10;

/** A core that waits for the disk idles too: we write all the time. Node's own count leaves that time out. */
function idleMsHere(): number {
  if (process.platform !== "linux") {
    return cpus().reduce((sum, { times }) => sum + times.idle, 0);
  }
  // "cpu", user, nice, system, idle, iowait: proc_stat(5).
  const [, , , , idle, waiting] = readFileSync("/proc/stat", "utf8").split(/\s+/, 6).map(Number);
  return ((idle ?? 0) + (waiting ?? 0)) * tickMs;
}
