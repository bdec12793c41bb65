import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type MountEntry, parseMountTable } from "./mount-table.ts";

export interface VolumeMounts {
  /** In the order in which they must be unmounted, with all that is mounted below. */
  mounts: MountEntry[];
  /** Of the volume, its partitions and what is built on them. */
  deviceNumbers: ReadonlySet<string>;
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
      for (const file of files) {
        const number = await readText(join(folder, part, file));
        if (number !== undefined) numbers.add(number);
      }
    }
  }
  return { mounts: await mountsOf(numbers, root), deviceNumbers: numbers, builtOn };
}

/** Mounts of devices, and whatever is mounted below them and so keeps them: the last first. */
export async function mountsOf(
  deviceNumbers: ReadonlySet<string>,
  root = "/",
): Promise<MountEntry[]> {
  const table = parseMountTable(await readFile(join(root, "proc/self/mountinfo"), "utf8"));
  const own = table.filter((entry) => deviceNumbers.has(entry.deviceNumber));
  return table
    .filter(
      ({ deviceNumber, mountPoint }) =>
        deviceNumbers.has(deviceNumber) ||
        own.some((entry) => mountPoint.startsWith(`${entry.mountPoint}/`)),
    )
    .toReversed();
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
