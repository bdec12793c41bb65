import { open } from "node:fs/promises";
import { RunctlError } from "../errors.ts";
import { runProgram } from "../run-program.ts";
import { type FileSystem, type FormatFacts, labelOf, mayFormat } from "./may-format.ts";
import { type DiskContents, probeDisk } from "./probe-disk.ts";

export interface NewDisk extends Omit<FormatFacts, "contents" | "isComplete"> {
  /** Whose serial is the volume's: `findDevice` has seen to that. */
  device: string;
  /** Removes `runctl:blank` from the volume; resolves when AWS has done so. */
  removeBlankTag: () => Promise<void>;
}

/**
 * Gives a blank volume its file system, and keeps one that is there. May be killed at any point and run again.
 *
 * Order: mkfs, remove the tag, and only then may the caller mount. So the tag means "never mounted".
 *
 * @returns the type of the file system that is there now.
 * @throws RunctlError FOREIGN_DATA for a disk that may hold anything else.
 */
export async function ensureFilesystem(
  disk: NewDisk,
): Promise<{ outcome: "created" | "kept"; type: string }> {
  const contents = await probeDisk(disk.device);
  // Only a tagged volume can have been left half-made by us; others are judged by their mount.
  const isComplete = disk.hasBlankTag && (await isSound(disk.device, contents));
  const decision = mayFormat({ ...disk, contents, isComplete });
  if (decision.action === "refuse")
    throw new RunctlError("FOREIGN_DATA", decision.why, { hint: decision.hint });
  if (decision.action === "keep") {
    if (decision.removeTag) await disk.removeBlankTag();
    return { outcome: "kept", type: contents.kind === "file-system" ? contents.type : "" };
  }
  await makeFilesystem(disk.device, disk.volumeId, disk.wanted);
  await disk.removeBlankTag();
  return { outcome: "created", type: disk.wanted };
}

/**
 * No `-F` and no `-f`: the program's own checks stand behind ours. The blocks of a new volume are
 * zero, so nothing need be discarded; ext4 writes its inode tables later, in the background, and
 * keeps no blocks for root, who stores nothing on it.
 */
async function makeFilesystem(device: string, volumeId: string, type: FileSystem): Promise<void> {
  const label = labelOf(volumeId, type);
  const extended = "nodiscard,lazy_itable_init=1,lazy_journal_init=1";
  const args = {
    ext4: ["-q", "-m", "0", "-E", extended, "-L", label, device],
    xfs: ["-q", "-K", "-L", label, device],
  };
  await runProgram(`mkfs.${type}`, args[type], { timeoutMs: 600_000 });
  await syncDevice(device);
}

/** The tag may only go once a power cut can no longer take the file system. */
async function syncDevice(device: string): Promise<void> {
  const disk = await open(device, "r+");
  try {
    await disk.sync();
  } finally {
    await disk.close();
  }
}

/** Whether the checking program of the file system is content; it changes nothing. */
async function isSound(device: string, contents: DiskContents): Promise<boolean> {
  if (contents.kind !== "file-system") return false;
  const check: Readonly<Record<string, [string, string[]]>> = {
    ext4: ["e2fsck", ["-f", "-n", device]],
    xfs: ["xfs_repair", ["-n", device]],
  };
  const [program, args] = check[contents.type] ?? ["false", []];
  const anyExit = Array.from({ length: 256 }, (_, exit) => exit);
  const { exitCode } = await runProgram(program, args, { okExits: anyExit, timeoutMs: 600_000 });
  return exitCode === 0;
}
