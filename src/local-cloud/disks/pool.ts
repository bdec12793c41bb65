import { existsSync, statSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { runProgram } from "../../run-program.ts";
import { runScript } from "../run-script.ts";
import { freeLoopDevices, loopDevicesUnder } from "./loop-devices.ts";

/** More than any disk here holds: the file is sparse, and what counts is what is written into it. */
const poolSize = "1T";

/** One sparse file with a file system that can share blocks, mounted at `directory`. */
export interface Pool {
  file: string;
  directory: string;
}

/** Makes and mounts the pool; finds one that is there. Safe to run again after a crash. */
export async function mountPool({ file, directory }: Pool): Promise<void> {
  if (isMounted(directory)) return;
  if (!existsSync(file)) {
    const unfinished = `${file}.new`;
    await rm(unfinished, { force: true });
    await runProgram("truncate", ["--size", poolSize, unfinished]);
    await runProgram("mkfs.xfs", ["-q", "-m", "reflink=1", "-l", "size=64m", unfinished]);
    await rename(unfinished, file);
  }
  await mkdir(directory, { recursive: true });
  // Detached while mounted, the loop device goes with the mount: nothing is left when this process dies.
  const script = `
    loop=$(losetup --find --show --direct-io=on "$1") || [ -n "$loop" ]
    blockdev --setrw "$loop"
    mount -t xfs -o noatime,discard "$loop" "$2"; status=$?
    losetup --detach "$loop"
    exit $status`;
  await runScript(["-c", script, "mount-pool", file, directory]);
}

/** @throws Error when a mount namespace of something else still has a copy of the mount after 10 s. */
export async function unmountPool({ file, directory }: Pool): Promise<void> {
  while (isMounted(directory)) await runProgram("umount", [directory]);
  // A namespace that is just being made, such as that of another machine, has copies of all mounts for a moment.
  const loops = await loopDevicesUnder(dirname(file));
  await freeLoopDevices(loops.filter(({ backingFile }) => backingFile === file));
}

/** Whether something is mounted at `directory` in this namespace. */
export function isMounted(directory: string): boolean {
  return existsSync(directory) && statSync(directory).dev !== statSync(dirname(directory)).dev;
}
