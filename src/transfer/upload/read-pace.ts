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

/**
 * The most reads that are left to threads before the event loop tries again. After one slow read, for which a busy
 * system is enough, it is one; after each slow try twice as many, as it is the disk then.
 */
const mostColdReads = 64;

export function createReadPace(now: () => number = () => performance.now()): ReadPace {
  let cold = 0;
  let next = 1;
  return {
    isCold() {
      if (cold === 0) return false;
      cold -= 1;
      return true;
    },
    timed(read) {
      const start = now();
      const result = read();
      const isSlow = now() - start > coldMs;
      if (isSlow) cold = next;
      next = isSlow ? Math.min(2 * next, mostColdReads) : 1;
      return result;
    },
  };
}
