import { crc32 } from "node:zlib";
import { type CrcProgram, crcProgram } from "./crc-program.ts";

/** The CRCs that S3 may have of an object. Each takes the CRC of the bytes so far, 0 if there are none. */
export interface CrcEngine {
  readonly crc64Nvme: (crc: bigint, bytes: Uint8Array) => bigint;
  /** As in `node:zlib`, at more than twice its speed from 64 KiB on. Unsigned, as is the next one. */
  readonly crc32: (crc: number, bytes: Uint8Array) => number;
  readonly crc32c: (crc: number, bytes: Uint8Array) => number;
}

/**
 * An engine in WebAssembly, for one thread.
 *
 * @param memory bytes that stand in it, as views of its `buffer`, are not copied; others may be given as well.
 */
export function createCrcEngine(memory?: WebAssembly.Memory): CrcEngine {
  if (!memory) return copyingEngine();
  const inMemory = directEngine(crcProgram(memory));
  const engineFor = (bytes: Uint8Array) =>
    bytes.buffer === memory.buffer ? inMemory : copyingEngine();
  return {
    crc64Nvme: (crc, bytes) => engineFor(bytes).crc64Nvme(crc, bytes),
    crc32: (crc, bytes) => engineFor(bytes).crc32(crc, bytes),
    crc32c: (crc, bytes) => engineFor(bytes).crc32c(crc, bytes),
  };
}

/** Bytes at a time; measured where `crc-reduction.ts` was. */
const zlibIsFasterBelow = 8192;

function directEngine(program: CrcProgram): CrcEngine {
  return {
    crc64Nvme: (crc, { byteOffset, length }) =>
      BigInt.asUintN(64, program.crc64Nvme(crc, byteOffset, length)),
    crc32: (crc, bytes) =>
      bytes.length < zlibIsFasterBelow
        ? crc32(bytes, crc)
        : Number(program.crc32(BigInt(crc), bytes.byteOffset, bytes.length)),
    crc32c: (crc, { byteOffset, length }) =>
      Number(program.crc32c(BigInt(crc), byteOffset, length)),
  };
}

let copying: CrcEngine | undefined;

/** Takes bytes from anywhere, over a piece of memory that stays in the first-level cache. */
function copyingEngine(): CrcEngine {
  return (copying ??= makeCopyingEngine());
}

function makeCopyingEngine(): CrcEngine {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const direct = directEngine(crcProgram(memory));
  const place = new Uint8Array(memory.buffer);
  const inPieces =
    <Crc>(update: (crc: Crc, bytes: Uint8Array) => Crc) =>
    (crc: Crc, bytes: Uint8Array) => {
      let result = crc;
      for (let at = 0; at < bytes.length; at += place.length) {
        const piece = bytes.subarray(at, at + place.length);
        place.set(piece);
        result = update(result, place.subarray(0, piece.length));
      }
      return result;
    };
  return {
    crc64Nvme: inPieces(direct.crc64Nvme),
    crc32: inPieces(direct.crc32),
    crc32c: inPieces(direct.crc32c),
  };
}
