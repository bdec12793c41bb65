import { combineCrc } from "./crc-combine.ts";
import { createCrcEngine } from "./crc-engine.ts";
import { crc64NvmeRing } from "./crc-ring.ts";

/** A CRC-64/NVME, which S3 calls CRC64NVME, that is fed piece by piece. */
export class Crc64Nvme {
  readonly #engine = createCrcEngine();
  #value = 0n;

  update(bytes: Uint8Array): this {
    this.#value = this.#engine.crc64Nvme(this.#value, bytes);
    return this;
  }

  /** The CRC of all bytes so far; feeding may go on afterwards. */
  value(): bigint {
    return this.#value;
  }
}

export function crc64Nvme(bytes: Uint8Array): bigint {
  return createCrcEngine().crc64Nvme(0n, bytes);
}

/** The CRC of A followed by B, from the CRCs of both and the length of B in bytes. */
export function combineCrc64Nvme(crcA: bigint, crcB: bigint, lengthB: number): bigint {
  return combineCrc(crc64NvmeRing, crcA, crcB, lengthB);
}
