/** A reflected CRC that starts and ends with all bits inverted. */
export interface CrcRing {
  bits: 32 | 64;
  /** With the lowest power in the highest bit. */
  polynomial: bigint;
}

/** CRC-32 of ISO 3309, which `node:zlib` computes. */
export const crc32Ring: CrcRing = { bits: 32, polynomial: 0xedb88320n };

/** CRC-32C (Castagnoli), RFC 3720 appendix B.4. */
export const crc32cRing: CrcRing = { bits: 32, polynomial: 0x82f63b78n };

/** CRC-64/NVME: NVM Express, "NVM Command Set Specification", 64b CRC; ad93d23594c93659 when not reflected. */
export const crc64NvmeRing: CrcRing = { bits: 64, polynomial: 0x9a6c9329ac4bc9b5n };
