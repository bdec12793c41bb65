import { type FileHandle, open } from "node:fs/promises";
import { RunctlError } from "../errors.ts";
import { runProgram } from "../run-program.ts";
import { findSignature, type ReadAt } from "./disk-signatures.ts";
import { findData } from "./find-data.ts";

/** What lies on a disk, as far as it can be told by reading. */
export type DiskContents =
  | { kind: "blank" }
  | { kind: "file-system"; type: string; label: string }
  /** Something else that has a name, such as `swap space`. */
  | { kind: "signature"; what: string }
  /** Bytes without a name. */
  | { kind: "data"; offset: number };

/**
 * Looks at a disk in several ways, because each alone has failed: `blkid` exits with 2 for blank,
 * unknown and missing alike and knows only what it was built for, and data may begin late.
 *
 * @throws RunctlError PROGRAM_FAILED when blkid cannot run; OPERATION_FAILED when the disk cannot be read.
 */
export async function probeDisk(device: string): Promise<DiskContents> {
  const disk = await open(device, "r").catch((cause: unknown) => {
    throw new RunctlError("OPERATION_FAILED", `cannot read ${device}`, { cause });
  });
  try {
    const named = await askBlkid(device);
    if (named) return named;
    const sizeBytes = await sizeOf(disk, device);
    const read = reader(disk, device);
    const what = await findSignature(read, sizeBytes);
    if (what) return { kind: "signature", what };
    const offset = await findData(read, sizeBytes);
    if (offset !== undefined) return { kind: "data", offset };
    return (await askBlkid(device)) ?? { kind: "blank" };
  } finally {
    await disk.close();
  }
}

/** Undefined where blkid finds nothing that it knows. */
async function askBlkid(device: string): Promise<DiskContents | undefined> {
  const { exitCode, stdout } = await runProgram("blkid", ["-p", "-o", "export", device], {
    okExits: [0, 2, 8],
  });
  // "blkid(8)": 8 means an ambivalent probing result, which is anything but blank.
  if (exitCode === 8) return { kind: "signature", what: "more than one signature" };
  const found = new Map(
    stdout
      .split("\n")
      .filter((line) => line.includes("="))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  const type = found.get("TYPE");
  if (type && found.get("USAGE") === "filesystem")
    return { kind: "file-system", type, label: found.get("LABEL") ?? "" };
  const table = found.get("PTTYPE");
  const what = table ? `a partition table (${table})` : type && (known[type] ?? type);
  return what ? { kind: "signature", what } : undefined;
}

const known: Readonly<Record<string, string>> = {
  LVM2_member: "an LVM physical volume",
  crypto_LUKS: "an encrypted disk (LUKS)",
  linux_raid_member: "a member of a Linux RAID",
  swap: "swap space",
};

/** Also of a block device, whose `stat` says 0. */
export async function deviceSize(device: string): Promise<number> {
  const disk = await open(device, "r");
  try {
    return await sizeOf(disk, device);
  } finally {
    await disk.close();
  }
}

async function sizeOf(disk: FileHandle, device: string): Promise<number> {
  const stats = await disk.stat();
  if (stats.isFile()) return stats.size;
  const { stdout } = await runProgram("blockdev", ["--getsize64", device]);
  return Number(stdout);
}

function reader(disk: FileHandle, device: string): ReadAt {
  return async (offset, length) => {
    const { bytesRead, buffer } = await disk.read(Buffer.alloc(length), 0, length, offset);
    if (bytesRead !== length)
      throw new RunctlError("OPERATION_FAILED", `${device} ends early: no byte ${offset}`);
    return buffer;
  };
}
