import type { BodySink } from "../http/body.ts";
import { ShortBody } from "../s3/s3-failure.ts";
import { type BufferPool, bufferBytes } from "./buffer-pool.ts";
import type { Piece, RangeSum } from "./crc-sums.ts";
import type { DiskFile } from "./disk-file.ts";
import type { PlannedRange } from "./plan-ranges.ts";

/** Brings the body of one range to the disk; a request that broke off is gone on with at `next`. */
export interface RangeSink extends BodySink {
  /** Position in the object of the first byte that has not come. */
  readonly next: number;
  /** Waits until all is written. @returns the checksums of the range's pieces. @throws what the disk threw. */
  finish(): Promise<Piece[]>;
  /** Waits for writes that are under way and gives the buffers back. Must be called at the end, also after a failure. */
  close(): Promise<void>;
}

export interface RangeTarget {
  pool: BufferPool;
  file: DiskFile;
  range: Pick<PlannedRange, "first" | "lengthBytes">;
  sum: RangeSum;
  /** Called as bytes go to the disk. */
  onBytes?: ((count: number) => void) | undefined;
}

/** @param first the buffer of the pool that the range begins with. */
export function createRangeSink(target: RangeTarget, first: Uint8Array): RangeSink {
  const { pool, file, range, sum, onBytes } = target;
  const end = range.first + range.lengthBytes;
  const writes = new Set<Promise<void>>();
  let buffer = first;
  /** Where the buffer's first byte belongs, and how many bytes are in it. */
  let position = range.first;
  let filled = 0;
  let failure: { error: unknown } | undefined;

  const throwFailure = () => {
    if (failure) throw failure.error;
  };

  /** Sums and writes what is in the buffer, and goes on with another, or with this one when there is none. */
  const flush = () => {
    const bytes = filled === bufferBytes ? buffer : buffer.subarray(0, filled);
    sum.update(bytes);
    const isLast = position + filled === end;
    const another = isLast ? undefined : pool.takeNext();
    if (isLast || another) {
      write(buffer, bytes, position);
      buffer = another ?? noBuffer;
    } else {
      file.writeNow(bytes, position);
    }
    position += filled;
    onBytes?.(filled);
    filled = 0;
  };

  const write = (from: Uint8Array, bytes: Uint8Array, at: number) => {
    const writing = file
      .write(bytes, at)
      .catch((error: unknown) => void (failure ??= { error }))
      .finally(() => {
        writes.delete(writing);
        pool.giveBack(from);
      });
    writes.add(writing);
  };

  return {
    get next() {
      return position + filled;
    },
    space() {
      throwFailure();
      const room = Math.min(bufferBytes, end - position);
      if (filled === room) throw new ShortBody("more bytes came than were asked for");
      return buffer.subarray(filled, room);
    },
    filled(count) {
      throwFailure();
      filled += count;
      if (filled === bufferBytes || position + filled === end) flush();
    },
    async finish() {
      while (writes.size > 0) await Promise.all(writes);
      throwFailure();
      if (position !== end) throw new ShortBody(`${position - range.first} bytes of a range`);
      return sum.pieces();
    },
    async close() {
      while (writes.size > 0) await Promise.all(writes);
      if (buffer !== noBuffer) pool.giveBack(buffer);
      buffer = noBuffer;
    },
  };
}

/** In place of the buffer once the range is complete. */
const noBuffer = new Uint8Array(0);
