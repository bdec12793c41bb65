import { RunctlError } from "../errors.ts";

export interface TransferProgress {
  objects: number;
  bytes: number;
}

/** A key or a path that was left out. */
export interface LeftOut {
  name: string;
  reason: string;
}

export interface TransferResult {
  /** Objects that are at the destination now, moved or not, and their bytes. */
  objects: number;
  bytes: number;
  moved: number;
  movedBytes: number;
  /** Objects that were there already. */
  skipped: number;
  /** What cannot have a counterpart at the destination, with the reason. */
  refused: LeftOut[];
  /** What changed or vanished meanwhile, or stayed wrong. */
  failed: LeftOut[];
  seconds: number;
}

/** Counts one job; objects are told apart by the caller. */
export interface Tally {
  readonly refused: LeftOut[];
  readonly failed: LeftOut[];
  skip(sizeBytes: number): void;
  move(sizeBytes: number, movedBytes: number): void;
  /** Bytes of an object that is still under way. */
  progress: (bytes: number) => void;
  result(): TransferResult;
}

export function createTally(
  onProgress: (progress: TransferProgress) => void = () => undefined,
): Tally {
  const start = performance.now();
  const counts = { objects: 0, bytes: 0, moved: 0, movedBytes: 0, skipped: 0 };
  const refused: LeftOut[] = [];
  const failed: LeftOut[] = [];
  let shownBytes = 0;
  const show = (bytes: number) => {
    shownBytes += bytes;
    onProgress({ objects: counts.objects, bytes: shownBytes });
  };
  return {
    refused,
    failed,
    skip(sizeBytes) {
      counts.objects += 1;
      counts.skipped += 1;
      counts.bytes += sizeBytes;
      show(sizeBytes);
    },
    move(sizeBytes, movedBytes) {
      counts.objects += 1;
      counts.moved += 1;
      counts.bytes += sizeBytes;
      counts.movedBytes += movedBytes;
      // The moved bytes were shown as they came; the rest an earlier run had brought.
      show(sizeBytes - movedBytes);
    },
    progress: show,
    result: () => ({ ...counts, refused, failed, seconds: (performance.now() - start) / 1000 }),
  };
}

export function interrupted(error: unknown): RunctlError {
  return new RunctlError("INTERRUPTED", "the transfer was interrupted; what has arrived stays", {
    hint: "run the same command again: it moves only what is missing",
    cause: error,
  });
}
