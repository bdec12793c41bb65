/** Bytes of a disk that tell what it holds, for what `blkid` may miss or does not know on an old AMI. */
interface Signature {
  what: string;
  /** From the start; negative: from the end. */
  offset: number;
  bytes: readonly number[] | string;
}

const mib = 1_048_576;

const signatures: readonly Signature[] = [
  { what: "a GPT partition table", offset: 512, bytes: "EFI PART" },
  { what: "a GPT partition table", offset: 4_096, bytes: "EFI PART" },
  { what: "the backup of a GPT partition table", offset: -512, bytes: "EFI PART" },
  { what: "an MBR partition table", offset: 510, bytes: [0x55, 0xaa] },
  { what: "an encrypted disk (LUKS)", offset: 0, bytes: "LUKS\u00ba\u00be" },
  ...[16_384, 32_768, 65_536, 131_072, 262_144, 524_288, mib, 2 * mib, 4 * mib].map((offset) => ({
    what: "the second header of an encrypted disk (LUKS)",
    offset,
    bytes: "SKUL\u00ba\u00be",
  })),
  ...[0, 512, 1_024, 1_536].map((offset) => ({
    what: "an LVM physical volume",
    offset,
    bytes: "LABELONE",
  })),
  ...[0, 4_096, -8_192, -65_536].map((offset) => ({
    what: "a member of a Linux RAID",
    offset,
    bytes: [0xfc, 0x4e, 0x2b, 0xa9],
  })),
  { what: "swap space", offset: 4_086, bytes: "SWAPSPACE2" },
  { what: "swap space", offset: 65_526, bytes: "SWAPSPACE2" },
  { what: "an ext file system", offset: 1_080, bytes: [0x53, 0xef] },
  // Backups of ext4's superblock at 4 KiB blocks: block groups 1, 3, 5 and 7.
  ...[1, 3, 5, 7].map((group) => ({
    what: "what is left of an ext file system",
    offset: group * 128 * mib + 56,
    bytes: [0x53, 0xef],
  })),
  { what: "an XFS file system", offset: 0, bytes: "XFSB" },
  { what: "a Btrfs file system", offset: 65_600, bytes: "_BHRfS_M" },
  { what: "what is left of a Btrfs file system", offset: 64 * mib + 64, bytes: "_BHRfS_M" },
];

/** Reads `length` bytes at `offset`; both lie inside of the disk. */
export type ReadAt = (offset: number, length: number) => Promise<Uint8Array>;

/** What the first signature found means, such as `swap space`; undefined where there is none. */
export async function findSignature(read: ReadAt, sizeBytes: number): Promise<string | undefined> {
  for (const { what, offset, bytes } of signatures) {
    const wanted = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : Buffer.from(bytes);
    const start = offset < 0 ? sizeBytes + offset : offset;
    if (start < 0 || start + wanted.length > sizeBytes) continue;
    if (wanted.equals(await read(start, wanted.length))) return what;
  }
  return undefined;
}
