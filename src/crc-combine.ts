/** A reflected CRC: how many bits it has, and its polynomial with the lowest power in the highest bit. */
export interface CrcRing {
  bits: number;
  reflectedPolynomial: bigint;
}

/**
 * The CRC of A followed by B, from the CRCs of both: A's is moved on by as many zero bytes as B has.
 *
 * This is multiplication by x^(8·lengthB) modulo the polynomial, done by squaring, so its cost grows
 * with the logarithm of the length. It holds for CRCs that start and end with the same inversion.
 *
 * @param lengthB in bytes.
 */
export function combineCrc(ring: CrcRing, crcA: bigint, crcB: bigint, lengthB: number): bigint {
  const one = 1n << BigInt(ring.bits - 1);
  // In a reflected ring the highest bit is x^0, so x^8 is eight places below it.
  let power = one >> 8n;
  let shift = one;
  for (let left = lengthB; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) shift = multiply(ring, shift, power);
    power = multiply(ring, power, power);
  }
  return multiply(ring, crcA, shift) ^ crcB;
}

/** The same for the CRC-32 that `node:zlib` computes. */
export function combineCrc32(crcA: number, crcB: number, lengthB: number): number {
  return Number(combineCrc(crc32Ring, BigInt(crcA), BigInt(crcB), lengthB));
}

const crc32Ring: CrcRing = { bits: 32, reflectedPolynomial: 0xedb88320n };

function multiply(ring: CrcRing, left: bigint, right: bigint): bigint {
  let product = 0n;
  let factor = right;
  for (let bit = 1n << BigInt(ring.bits - 1); bit > 0n; bit >>= 1n) {
    if ((left & bit) !== 0n) product ^= factor;
    factor = (factor & 1n) === 1n ? (factor >> 1n) ^ ring.reflectedPolynomial : factor >> 1n;
  }
  return product;
}
