import { combineCrc, type CrcRing } from "./crc-combine.ts";

// CRC-64/NVME (NVM Express, "NVM Command Set Specification", 64b CRC), which S3 calls CRC64NVME:
// polynomial ad93d23594c93659, reflected, all ones at the start and at the end.
const reflectedPolynomial = 0x9a6c9329ac4bc9b5n;

const lanes = 8;
/** `lanes` tables of 256 entries, each entry as its low and its high 32 bits next to each other. */
const tables = buildTables();

/** A CRC-64/NVME that is fed piece by piece, as two 32-bit halves because bigint is ten times slower. */
export class Crc64Nvme {
  #low: number;
  #high: number;

  /** @param crc of the bytes before these. */
  constructor(crc = 0n) {
    this.#low = ~Number(BigInt.asIntN(32, crc));
    this.#high = ~Number(BigInt.asIntN(32, crc >> 32n));
  }

  update(bytes: Uint8Array): this {
    let low = this.#low;
    let high = this.#high;
    const table = tables;
    const wholeEnd = bytes.length - (bytes.length % lanes);
    let at = 0;
    // Slicing by eight: one table per byte of the register, so that no lookup waits for another.
    for (; at < wholeEnd; at += lanes) {
      low ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      high ^=
        bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24);
      const a = 3584 + ((low & 255) << 1);
      const b = 3072 + (((low >>> 8) & 255) << 1);
      const c = 2560 + (((low >>> 16) & 255) << 1);
      const d = 2048 + ((low >>> 24) << 1);
      const e = 1536 + ((high & 255) << 1);
      const f = 1024 + (((high >>> 8) & 255) << 1);
      const g = 512 + (((high >>> 16) & 255) << 1);
      const h = (high >>> 24) << 1;
      low =
        table[a]! ^
        table[b]! ^
        table[c]! ^
        table[d]! ^
        table[e]! ^
        table[f]! ^
        table[g]! ^
        table[h]!;
      high =
        table[a + 1]! ^
        table[b + 1]! ^
        table[c + 1]! ^
        table[d + 1]! ^
        table[e + 1]! ^
        table[f + 1]! ^
        table[g + 1]! ^
        table[h + 1]!;
    }
    for (; at < bytes.length; at++) {
      const entry = ((low ^ bytes[at]!) & 255) << 1;
      low = ((low >>> 8) | (high << 24)) ^ table[entry]!;
      high = (high >>> 8) ^ table[entry + 1]!;
    }
    this.#low = low;
    this.#high = high;
    return this;
  }

  /** The CRC of all bytes so far; feeding may go on afterwards. */
  value(): bigint {
    return (BigInt(~this.#high >>> 0) << 32n) | BigInt(~this.#low >>> 0);
  }
}

export function crc64Nvme(bytes: Uint8Array): bigint {
  return new Crc64Nvme().update(bytes).value();
}

const ring: CrcRing = { bits: 64, reflectedPolynomial };

/** The CRC of A followed by B, from the CRCs of both and the length of B in bytes. */
export function combineCrc64Nvme(crcA: bigint, crcB: bigint, lengthB: number): bigint {
  return combineCrc(ring, crcA, crcB, lengthB);
}

function buildTables(): Int32Array {
  const entries: bigint[] = [];
  for (let byte = 0; byte < 256; byte++) {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc & 1n) === 1n ? (crc >> 1n) ^ reflectedPolynomial : crc >> 1n;
    }
    entries.push(crc);
  }
  const built = new Int32Array(lanes * 512);
  let lane = entries;
  for (let index = 0; index < lanes; index++) {
    for (const [byte, crc] of lane.entries()) {
      built[index * 512 + byte * 2] = Number(BigInt.asIntN(32, crc));
      built[index * 512 + byte * 2 + 1] = Number(BigInt.asIntN(32, crc >> 32n));
    }
    lane = lane.map((crc) => (crc >> 8n) ^ entries[Number(crc & 255n)]!);
  }
  return built;
}
