/**
 * Whether files come from memory or from a disk. A read of the page cache costs less than handing it to a thread; a
 * read of a cold disk in the event loop would hold up every connection.
 */
export interface ReadPace {
  /** Reads should be left to the thread pool now. */
  isCold(): boolean;
  /** Runs a read in the event loop and remembers how long it took. */
  timed<Result>(read: () => Result): Result;
}

/** 256 KiB come from the page cache in about 50 µs, from a network volume in no less than 500 µs. */
const coldMs = 0.5;

/** Reads in threads after a slow one, before the event loop tries again. */
const coldReads = 64;

export function createReadPace(now: () => number = () => performance.now()): ReadPace {
  let cold = 0;
  return {
    isCold() {
      if (cold === 0) return false;
      cold -= 1;
      return true;
    },
    timed(read) {
      const start = now();
      const result = read();
      if (now() - start > coldMs) cold = coldReads;
      return result;
    },
  };
}
