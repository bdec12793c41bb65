import { readdir, readFile, readlink } from "node:fs/promises";
import { runProgram } from "../../run-program.ts";

export interface KernelObjects {
  loopDevices: number;
  mounts: number;
  namespaces: number;
}

/** Loop devices and mounts that lead into `directory`, and network namespaces in which the instances' processes run. */
export async function countKernelObjects(
  directory: string,
  instanceIds: readonly string[],
): Promise<KernelObjects> {
  const { stdout } = await runProgram("losetup", [
    "--list",
    "--noheadings",
    "--output",
    "BACK-FILE",
  ]);
  const mountinfo = await readFile("/proc/self/mountinfo", "utf8");
  const below = (text: string) =>
    text.split("\n").filter((line) => line.includes(directory)).length;
  return {
    loopDevices: below(stdout),
    mounts: below(mountinfo),
    namespaces: (await networkNamespaces(instanceIds)).size,
  };
}

/** Of the processes that run in a control group of one of the instances. */
async function networkNamespaces(instanceIds: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    // A process may end between the listing and the look.
    const groups = await readFile(`/proc/${entry}/cgroup`, "utf8").catch(() => "");
    if (!instanceIds.some((id) => groups.includes(id))) continue;
    const name = await readlink(`/proc/${entry}/ns/net`).catch(() => undefined);
    if (name) found.add(name);
  }
  return found;
}
