import { mkdir } from "node:fs/promises";
import { isRunctlError, RunctlError } from "../errors.ts";
import { runProgram } from "../run-program.ts";
import { growAfterMount, growBeforeMount } from "./grow-filesystem.ts";
import { mountAt, mountsOfDevice } from "./mount-table.ts";
import { readExtSuperblock } from "./superblock.ts";

export interface MountRequest {
  volumeId: string;
  device: string;
  mountPoint: string;
  readOnly: boolean;
  /** As `ensureFilesystem` returned it. */
  type: string;
}

/**
 * Mounts a file system where it shall be; one that is mounted there already stays.
 * A writable one fills its device first, if that has grown.
 *
 * @throws RunctlError CONFLICT when something else is mounted there, or a read-only mount would need to write.
 */
export async function mountVolume(request: MountRequest): Promise<"mounted" | "was mounted"> {
  const { device, mountPoint, readOnly, type } = request;
  const mounts = await mountsOfDevice(device);
  if (mounts.some((entry) => entry.mountPoint === mountPoint)) return "was mounted";
  if (mounts[0])
    throw new RunctlError(
      "CONFLICT",
      `${request.volumeId} is mounted at ${mounts[0].mountPoint} already`,
    );
  if (await mountAt(mountPoint))
    throw new RunctlError("CONFLICT", `something else is mounted at ${mountPoint}`, {
      hint: "give the volume another mount point",
    });
  await mkdir(mountPoint, { recursive: true });
  await runProgram("blockdev", [readOnly ? "--setro" : "--setrw", device]);
  if (readOnly) await mountReadOnly(request);
  else {
    await growBeforeMount(device, type);
    await mount(request, ["noatime"]);
    await growAfterMount(mountPoint, type);
  }
  return "mounted";
}

/**
 * On a device that the kernel does not let anyone write to. ext4 must not load its journal; XFS is
 * mounted without `norecovery` on purpose: so the kernel itself refuses a log that is not clean.
 */
async function mountReadOnly(request: MountRequest): Promise<void> {
  if (request.type !== "xfs") {
    const { needsRecovery } = await readExtSuperblock(request.device);
    if (needsRecovery) throw needsRepair(request);
    await mount(request, ["ro", "noatime", ...(request.type === "ext2" ? [] : ["noload"])]);
    return;
  }
  try {
    await mount(request, ["ro", "noatime"]);
  } catch (error) {
    if (isRunctlError(error, "PROGRAM_FAILED")) throw needsRepair(request, error);
    throw error;
  }
}

function needsRepair({ volumeId, mountPoint }: MountRequest, cause?: unknown): RunctlError {
  return new RunctlError(
    "CONFLICT",
    `${volumeId} was not unmounted cleanly, and a read-only mount cannot replay its journal`,
    {
      hint: `mount it once for writing: 'runctl aws create --ebs-volume ${volumeId}:${mountPoint} -- true'`,
      cause,
    },
  );
}

async function mount({ type, device, mountPoint }: MountRequest, options: string[]): Promise<void> {
  // A clone of a volume has the same XFS UUID as the volume, and both may be here.
  const all = type === "xfs" ? [...options, "nouuid"] : options;
  await runProgram("mount", ["-t", type, "-o", all.join(","), device, mountPoint], {
    // A journal that is replayed takes its time.
    timeoutMs: 300_000,
  });
}
