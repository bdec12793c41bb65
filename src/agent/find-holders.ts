import { readdir, readFile, readlink } from "node:fs/promises";
import { parseMountTable } from "./mount-table.ts";

/** A program other than this one. */
export interface Holder {
  pid: number;
  name: string;
}

/** Programs that stand in, run from, have open or have mapped a file below one of the directories. */
export async function findHolders(directories: readonly string[]): Promise<Holder[]> {
  if (directories.length === 0) return [];
  return programs(async (folder) => {
    const links = await linksOf(folder);
    return links.some((link) => directories.some((directory) => isWithin(link, directory)));
  });
}

/**
 * Programs with a mount namespace of their own, such as a container, in which one of the devices is mounted: an
 * unmount here neither reaches that mount nor writes back what it has.
 */
export async function findHoldersElsewhere(deviceNumbers: ReadonlySet<string>): Promise<Holder[]> {
  const here = await readlink("/proc/self/ns/mnt");
  const holds = new Map<string, boolean>([[here, false]]);
  return programs(async (folder) => {
    const namespace = await readlink(`${folder}/ns/mnt`).catch(() => here);
    const known = holds.get(namespace);
    if (known !== undefined) return known;
    const table = parseMountTable(await readFile(`${folder}/mountinfo`, "utf8").catch(() => ""));
    const found = table.some((entry) => deviceNumbers.has(entry.deviceNumber));
    holds.set(namespace, found);
    return found;
  });
}

async function programs(isHolder: (folder: string) => Promise<boolean>): Promise<Holder[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found: Holder[] = [];
  for (const pid of pids) {
    if (pid === process.pid) continue;
    if (await isHolder(`/proc/${pid}`)) found.push({ pid, name: await nameOf(pid) });
  }
  return found;
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
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
