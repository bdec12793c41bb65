import { readFile, stat } from "node:fs/promises";

export interface MountEntry {
  /** Such as `259:1`. */
  deviceNumber: string;
  mountPoint: string;
  type: string;
  readOnly: boolean;
}

/** What is mounted, in order; see "proc_pid_mountinfo(5)". */
export function parseMountTable(mountinfo: string): MountEntry[] {
  return mountinfo
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [left, right] = line.split(" - ");
      const fields = left!.split(" ");
      return {
        deviceNumber: fields[2]!,
        mountPoint: unescape(fields[4]!),
        type: right!.split(" ")[0]!,
        readOnly: fields[5]!.split(",").includes("ro"),
      };
    });
}

export async function mountsOfDevice(device: string): Promise<MountEntry[]> {
  const number = await deviceNumber(device);
  const table = parseMountTable(await readFile("/proc/self/mountinfo", "utf8"));
  return table.filter((entry) => entry.deviceNumber === number);
}

export async function mountAt(mountPoint: string): Promise<MountEntry | undefined> {
  const table = parseMountTable(await readFile("/proc/self/mountinfo", "utf8"));
  return table.findLast((entry) => entry.mountPoint === mountPoint);
}

/** `major:minor` as the kernel writes it. */
export async function deviceNumber(device: string): Promise<string> {
  const { rdev } = await stat(device);
  // makedev(3): the minor's low byte, then twelve bits of major, then the rest of the minor.
  const major = Math.floor(rdev / 256) % 4096;
  const minor = (rdev % 256) + Math.floor(rdev / 1_048_576) * 256;
  return `${major}:${minor}`;
}

function unescape(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
