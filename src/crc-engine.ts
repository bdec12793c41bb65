import { Crc32c } from "./crc32c.ts";
import { Crc64Nvme } from "./crc64-nvme.ts";

/** The CRCs that S3 may have of an object and that `node:zlib` does not compute. */
export interface CrcEngine {
  /** CRC-64/NVME of the bytes so far, from that of the bytes before these (0n: there are none). */
  crc64Nvme(crc: bigint, bytes: Uint8Array): bigint;
  /** CRC-32C of the bytes so far, unsigned, from that of the bytes before these (0: there are none). */
  crc32c(crc: number, bytes: Uint8Array): number;
}

/**
 * An engine for the bytes of one thread.
 *
 * @param memory bytes that stand in it, as views of its `buffer`, are not copied; others may be given as well.
 */
export function createCrcEngine(_memory?: WebAssembly.Memory): CrcEngine {
  return {
    crc64Nvme: (crc, bytes) => new Crc64Nvme(crc).update(bytes).value(),
    crc32c: (crc, bytes) => new Crc32c(crc).update(bytes).value(),
  };
}
