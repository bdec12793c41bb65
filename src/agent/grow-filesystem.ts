import { isRunctlError, RunctlError } from "../errors.ts";
import { runProgram } from "../run-program.ts";
import { deviceSize } from "./probe-disk.ts";
import { readExtSuperblock } from "./superblock.ts";

/** Less than this is what a file system leaves at the end of its device because it does not fill a block group. */
const worthwhileBytes = 128 * 1_048_576;
const timeoutMs = 3_600_000;

/** ext4 grows before it is mounted: online it needs CAP_SYS_RESOURCE, which a container may lack. */
export async function growBeforeMount(device: string, type: string): Promise<void> {
  if (!type.startsWith("ext")) return;
  const { sizeBytes } = await readExtSuperblock(device);
  if ((await deviceSize(device)) - sizeBytes < worthwhileBytes) return;
  // resize2fs wants a fresh check; 1 means that errors were corrected.
  await runProgram("e2fsck", ["-f", "-p", device], { okExits: [0, 1], timeoutMs });
  await runProgram("resize2fs", [device], { timeoutMs });
}

/** XFS grows only mounted; no change where it fills its device. */
export async function growAfterMount(mountPoint: string, type: string): Promise<void> {
  if (type === "xfs") await runProgram("xfs_growfs", ["-d", mountPoint], { timeoutMs });
}

/** On request, while the command works on it. @throws RunctlError CONFLICT where only an unmounted file system can grow */
export async function growOnline(device: string, mountPoint: string, type: string): Promise<void> {
  if (type === "xfs") return growAfterMount(mountPoint, type);
  try {
    await runProgram("resize2fs", [device], { timeoutMs });
  } catch (cause) {
    if (!isRunctlError(cause, "PROGRAM_FAILED") || !/permission denied/i.test(cause.message))
      throw cause;
    throw new RunctlError("CONFLICT", `this instance cannot grow a mounted ${type}`, {
      hint: "it grows by itself at the next mount",
      cause,
    });
  }
}
