import type { Aws } from "../../aws/connect.ts";
import { type CrcEngine, createCrcEngine } from "../../crc-engine.ts";
import { type Slots, createSlots } from "../slots.ts";

/** One write to the disk. 8 MiB was slower, as it falls out of the processor's cache; 256 KiB costs more calls. */
export const bufferBytes = 1024 * 1024;

/** Enough for 10 Gbit/s into a disk that pauses for 50 ms; more memory gained nothing. */
const usualCount = 64;

/**
 * The memory of one thread through which large objects pass: buffers that begin on a page, as O_DIRECT wants them,
 * in one WebAssembly memory, so that checksums are taken of the bytes where they stand.
 */
export interface BufferPool {
  readonly crc: CrcEngine;
  /** Ranges that may be requested at once: half of the buffers fill while the other half is written. */
  readonly admission: Slots;
  /** Waits for a buffer: before a request is sent, never while its answer comes. */
  take(): Promise<Uint8Array>;
  /** Undefined: all are in use, and the caller must write what it has before it goes on. */
  takeNow(): Uint8Array | undefined;
  giveBack(buffer: Uint8Array): void;
}

export function createBufferPool(count = usualCount): BufferPool {
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
    admission: createSlots(Math.max(1, count / 2)),
    async take() {
      return free.pop() ?? new Promise((resolve) => void waiting.push(resolve));
    },
    // The one that came back last, which may still be in the processor's cache.
    takeNow: () => free.pop(),
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
  const made = createBufferPool();
  pools.set(aws, made);
  return made;
}
