import { eachParallel } from "../each-parallel.ts";
import { type MoreThreads, shareRanges } from "../threads/share-ranges.ts";
import type { Piece } from "./crc-sums.ts";
import type { RangeSource } from "./fetch-range.ts";
import type { PlannedRange } from "./plan-ranges.ts";

/**
 * Fetches ranges in parallel. After the first failure, which is thrown, the others are given up.
 *
 * @param onRange told of each that is written, maybe only to memory.
 */
export async function fetchRanges(
  source: RangeSource,
  ranges: readonly PlannedRange[],
  more: MoreThreads | undefined,
  onRange: (range: PlannedRange, pieces: readonly Piece[]) => void = () => undefined,
): Promise<void> {
  const stop = new AbortController();
  const signal = source.signal ? AbortSignal.any([source.signal, stop.signal]) : stop.signal;
  let left = ranges.length;
  const sharing = shareRanges(more, () => left);
  try {
    await eachParallel(ranges, source.flow.count, async (range) => {
      left -= 1;
      try {
        onRange(range, await sharing.fetch({ ...source, signal }, range));
      } catch (error) {
        stop.abort(error);
        throw error;
      }
    });
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    await sharing.stop();
  }
}
