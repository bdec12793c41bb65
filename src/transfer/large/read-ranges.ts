import { systemCode } from "../../errors.ts";
import { eachParallel } from "../each-parallel.ts";
import { type BufferPool, bufferBytes } from "./buffer-pool.ts";
import { type CrcAlgorithm, type Piece, createRangeSum } from "./crc-sums.ts";
import type { DiskFile } from "./disk-file.ts";
import type { PlannedRange } from "./plan-ranges.ts";

/** Threads of libuv: more reads at once only wait for them. */
const readsAtOnce = 4;

export interface Reading {
  pool: BufferPool;
  file: DiskFile;
  /** Of the checksums to compare with. */
  algorithm: CrcAlgorithm;
  signal?: AbortSignal | undefined;
}

/** Reads ranges back and compares them. @returns those whose bytes in the file have not the checksums of `wanted` */
export async function readBack(
  { pool, file, algorithm, signal }: Reading,
  ranges: readonly PlannedRange[],
  wanted: ReadonlyMap<number, readonly Pick<Piece, "crc">[]>,
): Promise<PlannedRange[]> {
  const wrong: PlannedRange[] = [];
  await eachParallel(ranges, readsAtOnce, async (range) => {
    const sum = createRangeSum(pool.crc, algorithm, range.pieceLengths);
    const takesAll = await readThrough({ pool, file, ...range }, (bytes) => {
      signal?.throwIfAborted();
      sum.update(bytes);
    });
    const crcs = wanted.get(range.first) ?? [];
    const isRight = (piece: Piece, index: number) => piece.crc === crcs[index]?.crc;
    if (!takesAll || !sum.pieces().every(isRight)) wrong.push(range);
  });
  return wrong;
}

/**
 * Reads `lengthBytes` of a file from `first` on, in order.
 *
 * @returns false when the file ends before, or the disk cannot give some bytes.
 */
export async function readThrough(
  {
    pool,
    file,
    first,
    lengthBytes,
  }: { pool: BufferPool; file: DiskFile; first: number; lengthBytes: number },
  each: (bytes: Uint8Array) => void,
): Promise<boolean> {
  const buffer = await pool.take();
  try {
    for (let at = 0; at < lengthBytes; at += bufferBytes) {
      const wanted = Math.min(bufferBytes, lengthBytes - at);
      const got = await file.read(buffer, first + at);
      if (got < wanted) return false;
      each(wanted === bufferBytes ? buffer : buffer.subarray(0, wanted));
    }
    return true;
  } catch (error) {
    if (systemCode(error) === "EIO") return false;
    throw error;
  } finally {
    pool.giveBack(buffer);
  }
}
