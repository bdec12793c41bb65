import type { Aws } from "../../aws/connect.ts";
import { type CrcEngine, createCrcEngine } from "../../crc-engine.ts";
import { type Slots, createSlots } from "../slots.ts";

/**
 * One write to the disk. 8 MiB was slower, as it falls out of the processor's cache; 256 KiB cost 1.1 times the CPU
 * time, with as many buffers and with as many bytes of them.
 */
export const bufferBytes = 1024 * 1024;

/** One for each small object that is under way. */
const usualCount = 64;

/**
 * Of them, large objects leave so many alone: 32 buffers instead of 64 took 154 to 118 MB at the peak. The same bytes
 * over HTTP took 0.80 and 0.87 of the CPU time (medians of 4 runs, with 16 ranges instead of 32); over TLS 1.0 and 1.05,
 * which is less than these runs differ among themselves.
 */
const usualSpare = 32;

/**
 * The memory of one thread through which large objects pass: buffers that begin on a page, as O_DIRECT wants them,
 * in one WebAssembly memory, so that checksums are taken of the bytes where they stand.
 */
export interface BufferPool {
  readonly crc: CrcEngine;
  /**
   * Ranges that may be requested at once: half of the buffers fill while the other half is written. 16 of them bring
   * 1.4 GB/s ("one concurrent request for each 85–90 MB/s", "Performance design patterns for Amazon S3"), more than
   * one thread decrypts.
   */
  readonly admission: Slots;
  /** Waits for a buffer: before a request is sent, never while its answer comes. */
  take(): Promise<Uint8Array>;
  /** Undefined: all are in use. */
  takeNow(): Uint8Array | undefined;
  /** For a range to go on with. Undefined: ranges have their share, and the caller must write what it has first. */
  takeNext(): Uint8Array | undefined;
  giveBack(buffer: Uint8Array): void;
}

/** @param spare how many buffers large objects leave to small ones. */
export function createBufferPool(count: number, spare = 0): BufferPool {
  const memory = new WebAssembly.Memory({ initial: (count * bufferBytes) / wasmPageBytes });
  // First: it may enlarge the memory, which takes it away from the views that there are.
  const crc = createCrcEngine(memory);
  const { buffer: bytes } = memory;
  const free: Uint8Array[] = Array.from(
    { length: count },
    (_, index) => new Uint8Array(bytes, (count - 1 - index) * bufferBytes, bufferBytes),
  );
  const waiting: ((buffer: Uint8Array) => void)[] = [];
  return {
    crc,
    admission: createSlots(Math.max(1, Math.floor((count - spare) / 2))),
    async take() {
      return free.pop() ?? new Promise((resolve) => void waiting.push(resolve));
    },
    // The one that came back last, which may still be in the processor's cache.
    takeNow: () => free.pop(),
    takeNext: () => (free.length > spare ? free.pop() : undefined),
    giveBack(buffer) {
      const next = waiting.shift();
      if (next) next(buffer);
      else free.push(buffer);
    },
  };
}

const wasmPageBytes = 64 * 1024;

const pools = new WeakMap<Aws, BufferPool>();

/** One pool for all downloads over a connection to AWS, made by the first. */
export function bufferPool(aws: Aws): BufferPool {
  const known = pools.get(aws);
  if (known) return known;
  const made = createBufferPool(usualCount, usualSpare);
  pools.set(aws, made);
  return made;
}
