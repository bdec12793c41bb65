import { type RangeSource, fetchRange } from "../large/fetch-range.ts";
import type { PageCache } from "../large/disk-file.ts";
import type { Piece } from "../large/crc-sums.ts";
import type { PlannedRange } from "../large/plan-ranges.ts";
import type { RangeThread } from "./range-thread.ts";

/** How a download gets a second thread. */
export interface MoreThreads {
  start: () => RangeThread;
  isNeeded: () => boolean;
  /** Of the file that the ranges belong to. */
  path: string;
  pageCache: PageCache;
}

/** Fetches ranges on this thread and, from when it is needed on, on a second one as well. */
export interface RangeSharing {
  fetch: (source: RangeSource, range: PlannedRange) => Promise<Piece[]>;
  /** Ends the second thread. */
  stop: () => Promise<void>;
}

/** A thread takes a tenth of a second to start: with fewer ranges to come it would gain nothing. */
const leastRanges = 64;

/** @param countLeft how many ranges nobody has begun. */
export function shareRanges(more: MoreThreads | undefined, countLeft: () => number): RangeSharing {
  let thread: RangeThread | undefined;
  let here = 0;
  return {
    async fetch(source, range) {
      if (more && !thread && countLeft() >= leastRanges && more.isNeeded()) thread = more.start();
      if (more && thread && thread.inFlight < here) {
        const { object, algorithm, retryMs, flow, signal, onBytes } = source;
        const { path, pageCache } = more;
        const pieceBytes = flow.pieceBytes(range.lengthBytes);
        const order = { object, path, pageCache, algorithm, range, retryMs, pieceBytes };
        return thread.fetch(order, (count) => onBytes?.(count), signal);
      }
      here += 1;
      try {
        return await fetchRange(source, range);
      } finally {
        here -= 1;
      }
    },
    async stop() {
      await thread?.stop();
    },
  };
}
