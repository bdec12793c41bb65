import { open } from "node:fs/promises";
import { runProgram } from "../../../run-program.ts";

/**
 * Grows the ext4 file system of an unmounted disk file to the file's size; leaves one that fills it alone.
 * cloud-init's growpart and resizefs do the same at the first boot of a real instance.
 */
export async function growToFile(file: string): Promise<void> {
  if (!(await isSmallerThanFile(file))) return;
  // A file system that was not unmounted cleanly must be repaired first; 1: it was, and is clean now.
  await runProgram("e2fsck", ["-f", "-p", file], { okExits: [0, 1] });
  await runProgram("resize2fs", [file]);
}

/** Reads the superblock: kernel documentation, filesystems/ext4, "The Super Block". */
async function isSmallerThanFile(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const superblock = new DataView(new ArrayBuffer(1024));
    await handle.read(superblock, 0, 1024, 1024);
    if (superblock.getUint16(0x38, true) !== 0xef53) return false;
    const blocks = superblock.getUint32(0x150, true) * 2 ** 32 + superblock.getUint32(0x4, true);
    const blockSize = 1024 << superblock.getUint32(0x18, true);
    return blocks * blockSize + blockSize <= (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}
