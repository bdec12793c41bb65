import { constants, existsSync } from "node:fs";
import { open, readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { runProgram } from "../../run-program.ts";
import { runScript } from "../run-script.ts";

/** A file seen as a block device: `/dev/loop<number>`. */
export interface LoopDevice {
  number: number;
  backingFile: string;
  /** Freed already, but something still has it open. */
  goesAtLastClose: boolean;
}

/**
 * The loop devices of this machine whose files are in `directory` or below. That the file is there is asked too: in a
 * container, the names are also those of other containers, and only the random ids in them tell their files apart.
 */
export async function loopDevicesUnder(directory: string): Promise<LoopDevice[]> {
  const names = (await readdir("/sys/block")).filter((name) => name.startsWith("loop"));
  const loops = await Promise.all(names.map((name) => loopDevice(Number(name.slice(4)))));
  return loops.filter(
    (loop) =>
      loop !== undefined &&
      loop.backingFile.startsWith(`${directory}/`) &&
      existsSync(loop.backingFile),
  ) as LoopDevice[];
}

/** Undefined when the device has no file. */
export async function loopDevice(number: number): Promise<LoopDevice | undefined> {
  try {
    const directory = `/sys/block/loop${number}/loop`;
    const text = await readFile(`${directory}/backing_file`, "utf8");
    const autoclear = await readFile(`${directory}/autoclear`, "utf8");
    return {
      number,
      backingFile: text.trimEnd().replace(/ \(deleted\)$/, ""),
      goesAtLastClose: autoclear.trim() === "1",
    };
  } catch {
    return undefined;
  }
}

/**
 * Frees the devices and waits until the kernel has let go of their files: only then a file may be read, cloned or deleted.
 *
 * @throws Error when something still holds a device after 10 s.
 */
export async function freeLoopDevices(loops: readonly LoopDevice[]): Promise<void> {
  await Promise.all(loops.map(detachLater));
  const deadline = Date.now() + 10_000;
  for (let left = await stillHeld(loops); left.length > 0; left = await stillHeld(left)) {
    if (Date.now() > deadline) {
      throw new Error(`still in use after 10 s: ${left.map(devicePath).join(" ")}`);
    }
    await delay(5);
  }
}

/** Lets the kernel free the device when the last user closes it; leaves one alone whose number went to another file. */
export async function detachLater(loop: LoopDevice): Promise<void> {
  const args = ["-c", detachScript, "detach", devicePath(loop), loop.backingFile];
  await runScript(args, { okExits: [0, 1, 2] });
}

/**
 * Numbers are used again at once, also by other programs. While descriptor 0 holds the device, it keeps its file: what
 * is seen then is what is freed. A machine may have marked its disk read-only, and the mark would pass on to the
 * number's next user.
 */
const detachScript = `
  exec <"$1"
  IFS= read -r file <"/sys/block/\${1#/dev/}/loop/backing_file" || exit 0
  [ "\${file% (deleted)}" = "$2" ] || exit 0
  blockdev --setrw "$1"
  exec losetup --detach "$1"`;

/** Tells the devices that their file has grown. */
export async function refreshSizes(loops: readonly LoopDevice[]): Promise<void> {
  for (const loop of loops) await runProgram("losetup", ["--set-capacity", devicePath(loop)]);
}

/**
 * Claims the device as a mount does, runs `work` while nobody else can, and returns false without
 * running it when the device is mounted in any namespace, formatted, swapped on or part of an array.
 */
export async function whileUnused(loop: LoopDevice, work: () => Promise<void>): Promise<boolean> {
  let claim;
  try {
    claim = await open(devicePath(loop), constants.O_RDONLY | constants.O_EXCL);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EBUSY") return false;
    throw error;
  }
  try {
    await work();
    return true;
  } finally {
    await claim.close();
  }
}

/** Sectors written so far, and requests in flight: equal readings mean that nothing was written in between. */
export async function writeCounter(loop: LoopDevice): Promise<string> {
  const fields = (await readFile(`/sys/block/loop${loop.number}/stat`, "utf8")).trim().split(/\s+/);
  return `${fields[6]} ${fields[8]}`;
}

function devicePath(loop: { number: number }): string {
  return `/dev/loop${loop.number}`;
}

async function stillHeld(loops: readonly LoopDevice[]): Promise<LoopDevice[]> {
  const now = await Promise.all(loops.map((loop) => loopDevice(loop.number)));
  return loops.filter((loop, index) => now[index]?.backingFile === loop.backingFile);
}
