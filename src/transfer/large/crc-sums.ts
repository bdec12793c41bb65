import { crc32 } from "node:zlib";
import { combineCrc32 } from "../../crc-combine.ts";
import type { CrcEngine } from "../../crc-engine.ts";
import { combineCrc32c } from "../../crc32c.ts";
import { combineCrc64Nvme } from "../../crc64-nvme.ts";
import type { ChecksumAlgorithm } from "../../object-checksum.ts";

/** Checksums whose value for a whole follows from those of its pieces, in whatever order they came. */
export type CrcAlgorithm = "CRC64NVME" | "CRC32C" | "CRC32";

interface Crc {
  /** Of its value in network order, as S3 writes it. */
  widthBytes: 4 | 8;
  /** The value of the bytes so far, from that of the bytes before these. */
  next: (engine: CrcEngine, before: bigint, bytes: Uint8Array) => bigint;
  /** The value of A followed by B. */
  combine: (crcA: bigint, crcB: bigint, lengthB: number) => bigint;
}

const crcs: Readonly<Record<CrcAlgorithm, Crc>> = {
  CRC64NVME: {
    widthBytes: 8,
    next: (engine, before, bytes) => engine.crc64Nvme(before, bytes),
    combine: combineCrc64Nvme,
  },
  CRC32C: {
    widthBytes: 4,
    next: (engine, before, bytes) => BigInt(engine.crc32c(Number(before), bytes)),
    combine: (crcA, crcB, lengthB) => BigInt(combineCrc32c(Number(crcA), Number(crcB), lengthB)),
  },
  CRC32: {
    widthBytes: 4,
    next: (_engine, before, bytes) => BigInt(crc32(bytes, Number(before))),
    combine: (crcA, crcB, lengthB) => BigInt(combineCrc32(Number(crcA), Number(crcB), lengthB)),
  },
};

export const isCrc = (algorithm: ChecksumAlgorithm): algorithm is CrcAlgorithm => algorithm in crcs;

/** The CRC of some bytes that follow each other. */
export interface Piece {
  crc: bigint;
  lengthBytes: number;
}

/** Takes the bytes of a range in order, and begins a new CRC where a part of the object ends. */
export interface RangeSum {
  update(bytes: Uint8Array): void;
  /** One for each piece, once all bytes are in. */
  pieces(): Piece[];
}

/** @param lengths of the range's pieces, in bytes. */
export function createRangeSum(
  engine: CrcEngine,
  algorithm: CrcAlgorithm,
  lengths: readonly number[],
): RangeSum {
  const { next } = crcs[algorithm];
  const pieces: Piece[] = [];
  let crc = 0n;
  let left = lengths[0] ?? 0;
  return {
    update(bytes) {
      for (let at = 0; at < bytes.length;) {
        const piece = left >= bytes.length && at === 0 ? bytes : bytes.subarray(at, at + left);
        crc = next(engine, crc, piece);
        at += piece.length;
        left -= piece.length;
        if (left > 0) return;
        pieces.push({ crc, lengthBytes: lengths[pieces.length] ?? 0 });
        crc = 0n;
        left = lengths[pieces.length] ?? Infinity;
      }
    },
    pieces: () => pieces,
  };
}

/** The CRC of all pieces, one after the other. */
export function combine(algorithm: CrcAlgorithm, pieces: Iterable<Piece>): Piece {
  const whole: Piece = { crc: 0n, lengthBytes: 0 };
  for (const { crc, lengthBytes } of pieces) {
    whole.crc = crcs[algorithm].combine(whole.crc, crc, lengthBytes);
    whole.lengthBytes += lengthBytes;
  }
  return whole;
}

/** The value in base64, as S3 writes a checksum. */
export function crcText(algorithm: CrcAlgorithm, { crc }: Pick<Piece, "crc">): string {
  return inScratch(algorithm, crc).toString("base64");
}

/** @throws RangeError for a text that is no value of this algorithm. */
export function parseCrc(algorithm: CrcAlgorithm, text: string): bigint {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== crcs[algorithm].widthBytes) throw new RangeError(`no ${algorithm}: ${text}`);
  return BigInt(`0x${bytes.toString("hex")}`);
}

/**
 * What S3 makes of the parts' checksums: the checksum of their values, one after the other
 * ("Checking object integrity in Amazon S3", composite checksums).
 *
 * @param partSizes in bytes; each is the sum of some pieces that follow each other.
 */
export function compositeText(
  engine: CrcEngine,
  algorithm: CrcAlgorithm,
  pieces: Iterable<Piece>,
  partSizes: readonly number[],
): string {
  const rest = pieces[Symbol.iterator]();
  const values = partSizes.map((sizeBytes) => {
    const part: Piece[] = [];
    for (let left = sizeBytes; left > 0; left -= part.at(-1)!.lengthBytes) {
      const { done, value } = rest.next();
      if (done) throw new RangeError("fewer bytes than the parts hold");
      part.push(value);
    }
    return crcBytes(algorithm, combine(algorithm, part).crc);
  });
  return crcText(algorithm, { crc: crcs[algorithm].next(engine, 0n, Buffer.concat(values)) });
}

const scratch = new DataView(new ArrayBuffer(8));
const scratchBytes = Buffer.from(scratch.buffer);

/** Network order, until the next value. A third of the cost of a Buffer of its own, which every small object would need. */
function inScratch(algorithm: CrcAlgorithm, crc: bigint): Buffer {
  scratch.setBigUint64(0, crc);
  return scratchBytes.subarray(8 - crcs[algorithm].widthBytes);
}

function crcBytes(algorithm: CrcAlgorithm, crc: bigint): Buffer {
  return Buffer.from(inScratch(algorithm, crc));
}
