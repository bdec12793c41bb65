import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type MountEntry, parseMountTable } from "./mount-table.ts";

export interface VolumeMounts {
  /** In the order in which they must be unmounted. */
  mounts: MountEntry[];
  /** Devices that are built on the volume (LVM, LUKS, RAID), such as `dm-0`: they hold it even when nothing is mounted. */
  builtOn: string[];
}

/**
 * Where a volume, or anything that lies on it, is mounted now, whoever did that. The kernel is asked, not the launch
 * spec: the user attaches and mounts volumes, too. Nothing for one that is not attached.
 *
 * @param root other than `/` in tests.
 */
export async function findMounts(volumeId: string, root = "/"): Promise<VolumeMounts> {
  const blocks = join(root, "sys/block");
  const serial = volumeId.replace("-", "");
  const numbers = new Set<string>();
  const builtOn: string[] = [];
  for (const name of await namesIn(blocks)) {
    const folder = join(blocks, name);
    if ((await readText(join(folder, "device/serial"))) !== serial) continue;
    const partitions = (await namesIn(folder)).filter((child) => child.startsWith(name));
    for (const part of ["", ...partitions]) {
      const holders = await namesIn(join(folder, part, "holders"));
      builtOn.push(...holders);
      const files = ["dev", ...holders.map((holder) => `holders/${holder}/dev`)];
      for (const file of files) numbers.add((await readText(join(folder, part, file))) ?? "");
    }
  }
  const table = parseMountTable(await readFile(join(root, "proc/self/mountinfo"), "utf8"));
  return {
    mounts: table.filter((entry) => numbers.has(entry.deviceNumber)).toReversed(),
    builtOn,
  };
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

async function readText(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").then(
    (text) => text.trim(),
    () => undefined,
  );
}
