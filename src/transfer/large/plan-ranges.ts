import { bufferBytes } from "./buffer-pool.ts";

/** What one request asks for. */
export interface PlannedRange {
  /** Position of its first byte in the object: a multiple of `bufferBytes`. */
  first: number;
  lengthBytes: number;
  /** Lengths of the pieces that are summed apart: the range cut where parts of the object end. */
  pieceLengths: readonly number[];
}

/** AWS advises 8 to 16 MB ("Performance guidelines for Amazon S3"). */
export const usualRangeBytes = 16 * 1024 * 1024;

/** The notes of so many ranges fit into a few MiB; larger objects than 320 GiB have larger ranges. */
const maxRanges = 20_480;

export function rangeBytesOf(sizeBytes: number): number {
  const least = Math.ceil(sizeBytes / maxRanges / bufferBytes) * bufferBytes;
  return Math.max(usualRangeBytes, least);
}

/**
 * The ranges of an object, in order and without a gap.
 *
 * @param partSizes of an object with a composite checksum, whose sum is its size; undefined: one piece per range.
 */
export function planRanges(sizeBytes: number, partSizes?: readonly number[]): PlannedRange[] {
  const rangeBytes = rangeBytesOf(sizeBytes);
  const ranges: PlannedRange[] = [];
  let part = 0;
  let leftOfPart = partSizes?.[0] ?? sizeBytes;
  for (let first = 0; first < sizeBytes; first += rangeBytes) {
    const lengthBytes = Math.min(rangeBytes, sizeBytes - first);
    const pieceLengths: number[] = [];
    for (let left = lengthBytes; left > 0;) {
      const piece = Math.min(left, leftOfPart);
      pieceLengths.push(piece);
      left -= piece;
      leftOfPart -= piece;
      if (leftOfPart === 0) leftOfPart = partSizes?.[++part] ?? sizeBytes;
    }
    ranges.push({ first, lengthBytes, pieceLengths });
  }
  return ranges;
}
