import { open } from "node:fs/promises";

/** What ext2, ext3 and ext4 say about themselves; offsets from "ext4 Data Structures and Algorithms", The Super Block. */
export interface ExtSuperblock {
  sizeBytes: number;
  /** It was not unmounted cleanly, and its journal has writes that are not in place yet. */
  needsRecovery: boolean;
}

const superblockOffset = 1_024;

export async function readExtSuperblock(device: string): Promise<ExtSuperblock> {
  const disk = await open(device, "r");
  try {
    const { buffer } = await disk.read(Buffer.alloc(1_024), 0, 1_024, superblockOffset);
    return parseExtSuperblock(buffer);
  } finally {
    await disk.close();
  }
}

function parseExtSuperblock(block: Buffer): ExtSuperblock {
  const incompatible = block.readUInt32LE(0x60);
  const has64Bit = (incompatible & 0x80) !== 0;
  const blocks = block.readUInt32LE(0x4) + (has64Bit ? block.readUInt32LE(0x150) * 2 ** 32 : 0);
  return {
    sizeBytes: blocks * 1_024 * 2 ** block.readUInt32LE(0x18),
    needsRecovery: (incompatible & 0x4) !== 0,
  };
}
