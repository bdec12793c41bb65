import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks since the computer started, as in /proc/PID/stat. */
  startTime: string;
}

/** Reads a file "PID START"; undefined when it is missing or was never finished. */
export function readIdentity(file: string): ProcessIdentity | undefined {
  try {
    const [, pid, startTime] = /^(\d+) (\d+)\n/.exec(readFileSync(file, "utf8")) ?? [];
    return pid && startTime ? { pid: Number(pid), startTime } : undefined;
  } catch {
    return undefined;
  }
}

/** A zombie does not run: it has let go of its mounts and files. */
export function isRunning({ pid, startTime }: ProcessIdentity): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold anything; the fields after it start with the state.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[19] === startTime && fields[0] !== "Z" && fields[0] !== "X";
  } catch {
    return false;
  }
}

export async function whenEnded(process: ProcessIdentity): Promise<void> {
  while (isRunning(process)) await delay(50);
}

/** Returns false when it had ended before. */
export function sendSignal(target: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isRunning(target)) return false;
  try {
    process.kill(target.pid, signal);
    return true;
  } catch {
    return false;
  }
}

export function isSame(
  one: ProcessIdentity | undefined,
  other: ProcessIdentity | undefined,
): boolean {
  return one?.pid === other?.pid && one?.startTime === other?.startTime;
}
