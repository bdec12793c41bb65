import { type CrcProgram, crcProgram } from "./crc-program.ts";
import { type CrcRing, crc32Ring } from "./crc-ring.ts";

let program: CrcProgram | undefined;

/**
 * The CRC of A followed by B, from the CRCs of both: A's is moved on by as many zero bytes as B has.
 *
 * The cost grows with the logarithm of the length; it is 10 µs for 50 TB.
 *
 * @param lengthB in bytes.
 */
export function combineCrc(ring: CrcRing, crcA: bigint, crcB: bigint, lengthB: number): bigint {
  program ??= crcProgram(new WebAssembly.Memory({ initial: 0 }));
  const one = 1n << BigInt(ring.bits - 1);
  return BigInt.asUintN(64, program.combine(crcA, crcB, BigInt(lengthB), ring.polynomial, one));
}

/** The same for the CRC-32 that `node:zlib` computes. */
export function combineCrc32(crcA: number, crcB: number, lengthB: number): number {
  return Number(combineCrc(crc32Ring, BigInt(crcA), BigInt(crcB), lengthB));
}
