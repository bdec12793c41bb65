import assert from "node:assert/strict";
import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";

/** Watches the disks of a local cloud for a second mkfs: each gives a file system a new UUID. */
export interface Ext4Uuids {
  /** Reads all superblocks that are there now. */
  look(): void;
  /** Fails when a volume has had two file systems. @returns how many volumes have had one. */
  requireOneEach(volumeIds: readonly string[]): void;
}

export function ext4Uuids(stateDirectory: string): Ext4Uuids {
  const directory = join(stateDirectory, "disks", "volumes");
  const seen = new Map<string, Set<string>>();
  return {
    look() {
      for (const name of readdirSync(directory)) {
        const uuid = uuidOf(join(directory, name));
        const volumeId = name.replace(/\.img$/, "");
        if (uuid) seen.set(volumeId, (seen.get(volumeId) ?? new Set()).add(uuid));
      }
    },
    requireOneEach(volumeIds) {
      for (const volumeId of volumeIds)
        assert.equal(seen.get(volumeId)?.size, 1, `${volumeId} was formatted more than once`);
    },
  };
}

/** Superblock at byte 1,024: s_magic at 0x38, s_uuid at 0x68 (kernel documentation, "ext4 Data Structures"). */
function uuidOf(file: string): string | undefined {
  const superblock = Buffer.alloc(256);
  try {
    const disk = openSync(file, "r");
    try {
      readSync(disk, superblock, 0, superblock.length, 1_024);
    } finally {
      closeSync(disk);
    }
  } catch {
    // Deleted meanwhile.
  }
  return superblock.readUInt16LE(0x38) === 0xef53
    ? superblock.subarray(0x68, 0x78).toString("hex")
    : undefined;
}
