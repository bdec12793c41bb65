import { readdir, readFile, readlink } from "node:fs/promises";
import type { Clock } from "../clock.ts";
import { RunctlError } from "../errors.ts";
import { runProgram } from "../run-program.ts";
import type { AgentLog } from "./agent-log.ts";
import { mountAt } from "./mount-table.ts";

export interface UnmountOptions {
  clock: Clock;
  log: AgentLog;
  deadlineMs: number;
  /** Ends with SIGKILL what still has files open below the mount point. Only where the instance's end leaves no choice. */
  killHolders: boolean;
}

/**
 * Writes back what is not on the disk yet and unmounts; nothing happens where nothing is mounted.
 *
 * @throws RunctlError CONFLICT while a program uses it, naming the program.
 */
export async function unmountVolume(mountPoint: string, options: UnmountOptions): Promise<void> {
  const { clock, log, deadlineMs, killHolders } = options;
  const end = clock.now() + deadlineMs;
  while (await mountAt(mountPoint)) {
    const { exitCode, stderr } = await runProgram("umount", [mountPoint], {
      okExits: [0, 1, 16, 32],
      // The kernel writes back everything before umount returns.
      timeoutMs: 300_000,
    });
    if (exitCode === 0) continue;
    const holders = await holdersOf(mountPoint);
    if (clock.now() > end) {
      const who = holders.map(({ pid, name }) => `${name} (${pid})`).join(", ");
      throw new RunctlError("CONFLICT", `${mountPoint} is in use${who ? ` by ${who}` : ""}`, {
        hint: stderr.trim(),
      });
    }
    if (killHolders) {
      for (const { pid, name } of holders) {
        log.note(`killing ${name} (${pid}): it holds ${mountPoint}`);
        kill(pid);
      }
      // What holds it may be no program: what was saved shall be on the disk all the same.
      await runProgram("sync", ["--file-system", mountPoint], {
        timeoutMs: Math.max(1_000, end - clock.now()),
      }).catch((error: Error) => log.note(error.message));
    }
    await clock.sleep(100);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // It ended by itself since it was seen.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

interface Holder {
  pid: number;
  name: string;
}

/** Programs other than this one that stand in, run from, have open or have mapped a file below a directory. */
async function holdersOf(directory: string): Promise<Holder[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found: Holder[] = [];
  for (const pid of pids) {
    if (pid === process.pid) continue;
    const links = await linksOf(`/proc/${pid}`);
    if (links.some((link) => link === directory || link.startsWith(`${directory}/`)))
      found.push({ pid, name: await nameOf(pid) });
  }
  return found;
}

/** Empty for a process that ended meanwhile. */
async function linksOf(folder: string): Promise<string[]> {
  const open = await readdir(`${folder}/fd`).catch(() => []);
  const paths = ["cwd", "root", "exe", ...open.map((fd) => `fd/${fd}`)];
  const links = await Promise.all(
    paths.map((path) => readlink(`${folder}/${path}`).catch(() => "")),
  );
  return [...links.filter((link) => link !== ""), ...(await mappedFiles(folder))];
}

/** A file that is mapped may be closed, as safetensors does, and is in use all the same. */
async function mappedFiles(folder: string): Promise<string[]> {
  const maps = await readFile(`${folder}/maps`, "utf8").catch(() => "");
  // proc_pid_maps(5): five fields, then the path.
  return maps.split("\n").flatMap((line) => /^(?:\S+ +){5}(\/.*)$/.exec(line)?.[1] ?? []);
}

async function nameOf(pid: number): Promise<string> {
  const exe = await readlink(`/proc/${pid}/exe`).catch(() => "a program");
  return exe.split("/").at(-1) ?? exe;
}
