import { readFile } from "node:fs/promises";
import { runProgram } from "./run-program.ts";

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  pid: number;
  /** When it started, in the system's own words; compared, never read. */
  started: string;
}

/** @returns undefined when no process has that number. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  const started = process.platform === "linux" ? await linuxStart(pid) : await psStart(pid);
  return started === undefined ? undefined : { pid, started };
}

export async function isAlive({ pid, started }: ProcessIdentity): Promise<boolean> {
  return (await identifyProcess(pid))?.started === started;
}

/** The boot and the clock tick of the start: field 22 of `/proc/PID/stat`, counted after the name, which may hold spaces. */
async function linuxStart(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie has ended; only its parent does not know yet.
    return fields[0] === "Z" ? undefined : `${boot.trim()}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

async function psStart(pid: number): Promise<string | undefined> {
  const args = ["-o", "lstart=", "-p", String(pid)];
  const { stdout } = await runProgram("ps", args, { okExits: [0, 1] });
  return stdout.trim() || undefined;
}
