import { combineCrc } from "./crc-combine.ts";
import { createCrcEngine } from "./crc-engine.ts";
import { crc32cRing } from "./crc-ring.ts";

/** A CRC-32C that is fed piece by piece. */
export class Crc32c {
  readonly #engine = createCrcEngine();
  #value = 0;

  update(bytes: Uint8Array): this {
    this.#value = this.#engine.crc32c(this.#value, bytes);
    return this;
  }

  /** The CRC of all bytes so far, unsigned; feeding may go on afterwards. */
  value(): number {
    return this.#value;
  }
}

export function crc32c(bytes: Uint8Array): number {
  return createCrcEngine().crc32c(0, bytes);
}

/** The CRC of A followed by B, from the CRCs of both and the length of B in bytes. */
export function combineCrc32c(crcA: number, crcB: number, lengthB: number): number {
  return Number(combineCrc(crc32cRing, BigInt(crcA), BigInt(crcB), lengthB));
}
