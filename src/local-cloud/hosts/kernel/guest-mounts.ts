import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { runProgram } from "../../../run-program.ts";
import { findProgram } from "../../find-program.ts";
import { loopNumber } from "./device-number.ts";

/** A mounted loop device, with a path that leads to it from outside of the machine. */
interface GuestMount {
  loop: number;
  path: string;
}

/** Where the loop devices are mounted, in whichever mount namespace of this computer. */
function mountsOf(loops: readonly number[]): GuestMount[] {
  const wanted = new Set(loops.map((loop) => `7:${loop}`));
  const seen = new Set<string>([readlinkSync("/proc/self/ns/mnt")]);
  const mounts: GuestMount[] = [];
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const namespace = readlinkSync(`/proc/${pid}/ns/mnt`);
      if (seen.has(namespace)) continue;
      seen.add(namespace);
      for (const line of readFileSync(`/proc/${pid}/mountinfo`, "utf8").split("\n")) {
        const [, , device = "", , point = ""] = line.split(" ");
        if (!wanted.has(device)) continue;
        mounts.push({
          loop: Number(device.slice(2)),
          path: `/proc/${pid}/root${point.replace(/\\(\d{3})/g, unescapeOctal)}`,
        });
      }
    } catch {
      // The process ended while it was looked at.
      continue;
    }
  }
  return mounts;
}

/**
 * Shuts the file systems on the loop devices down as a loss of the disk would: nothing that is in
 * memory is written any more, not even the journal, and everything in use fails with EIO.
 *
 * Killing the machine alone would not do: the kernel unmounts cleanly then, and unsynced data survives.
 * It still is what happens to a file system that cannot be shut down: ext4, XFS and F2FS can, Btrfs and FAT cannot.
 */
export async function shutDownFileSystems(loops: readonly number[]): Promise<void> {
  const paths = new Map<number, string>();
  for (const { loop, path } of mountsOf(loops)) {
    // Something else may be mounted over it.
    if (!paths.has(loop) && isOnLoop(path, loop)) paths.set(loop, path);
  }
  if (paths.size === 0) return;
  const inOrder = loops.flatMap((loop) => paths.get(loop) ?? []);
  const perl = findProgram("perl");
  if (perl) await runProgram(perl, ["-e", perlShutdown, ...inOrder]);
  else await runProgram("python3", ["-c", pythonShutdown, ...inOrder]);
}

/** XFS_IOC_GOINGDOWN = _IOR('X', 125, __u32), which ext4 and others have too; 2 = without flushing the log. */
const perlShutdown = `
  for my $path (@ARGV) {
    my $flag = pack("I", 2);
    open(my $directory, "<", $path) or next;
    ioctl($directory, 0x8004587d, $flag) or warn "$path: $!\\n";
  }`;
const pythonShutdown = `
import fcntl, os, struct, sys
for path in sys.argv[1:]:
    try:
        fcntl.ioctl(os.open(path, os.O_RDONLY), 0x8004587D, struct.pack("I", 2))
    except OSError as error:
        print(path, error, file=sys.stderr)`;

function isOnLoop(path: string, loop: number): boolean {
  try {
    return loopNumber(statSync(path).dev) === loop;
  } catch {
    return false;
  }
}

function unescapeOctal(_: string, octal: string): string {
  return String.fromCharCode(Number.parseInt(octal, 8));
}
