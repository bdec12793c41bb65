import { combineCrc, type CrcRing } from "./crc-combine.ts";

// CRC-32C (Castagnoli, RFC 3720 appendix B.4). node:zlib has only the other CRC-32.
const reflectedPolynomial = 0x82f63b78;

const lanes = 8;
const tables = buildTables();

/** A CRC-32C that is fed piece by piece. */
export class Crc32c {
  #state: number;

  /** @param crc of the bytes before these. */
  constructor(crc = 0) {
    this.#state = ~crc;
  }

  update(bytes: Uint8Array): this {
    let low = this.#state;
    const table = tables;
    const wholeEnd = bytes.length - (bytes.length % lanes);
    let at = 0;
    // Slicing by eight: one table per byte, so that no lookup waits for another.
    for (; at < wholeEnd; at += lanes) {
      low ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      low =
        table[1792 + (low & 255)]! ^
        table[1536 + ((low >>> 8) & 255)]! ^
        table[1280 + ((low >>> 16) & 255)]! ^
        table[1024 + (low >>> 24)]! ^
        table[768 + bytes[at + 4]!]! ^
        table[512 + bytes[at + 5]!]! ^
        table[256 + bytes[at + 6]!]! ^
        table[bytes[at + 7]!]!;
    }
    for (; at < bytes.length; at++) low = (low >>> 8) ^ table[(low ^ bytes[at]!) & 255]!;
    this.#state = low;
    return this;
  }

  /** The CRC of all bytes so far, unsigned; feeding may go on afterwards. */
  value(): number {
    return ~this.#state >>> 0;
  }
}

export function crc32c(bytes: Uint8Array): number {
  return new Crc32c().update(bytes).value();
}

const ring: CrcRing = { bits: 32, reflectedPolynomial: BigInt(reflectedPolynomial) };

/** The CRC of A followed by B, from the CRCs of both and the length of B in bytes. */
export function combineCrc32c(crcA: number, crcB: number, lengthB: number): number {
  return Number(combineCrc(ring, BigInt(crcA), BigInt(crcB), lengthB));
}

function buildTables(): Int32Array {
  const built = new Int32Array(lanes * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ reflectedPolynomial : crc >>> 1;
    built[byte] = crc;
  }
  for (let at = 256; at < built.length; at++) {
    const previous = built[at - 256]!;
    built[at] = (previous >>> 8) ^ built[previous & 255]!;
  }
  return built;
}
