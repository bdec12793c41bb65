import { RunctlError } from "../errors.ts";
import type { FlowControl } from "./flow-control.ts";

export interface TransferProgress {
  /** At the destination so far, and the bytes of these and of what is under way. */
  objects: number;
  bytes: number;
  /** What is known to take part: all of it once `isTotalKnown`, at least this much before. */
  totalObjects: number;
  totalBytes: number;
  isTotalKnown: boolean;
  /** Of `bytes`, those that came or went in this run. */
  movedBytes: number;
  /** Requests that were made again. */
  retries: number;
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
  /** Of the moved objects, those whose bytes were compared with a checksum that S3 has. */
  compared: number;
  /** Objects that were there already. */
  skipped: number;
  /** What cannot have a counterpart at the destination, with the reason. */
  refused: LeftOut[];
  /** What changed or vanished meanwhile, or stayed wrong. */
  failed: LeftOut[];
  /** Requests that were made again. */
  retries: number;
  seconds: number;
}

/** Counts one job; objects are told apart by the caller. */
export interface Tally {
  readonly refused: LeftOut[];
  readonly failed: LeftOut[];
  /** These, too, take part. */
  expect(objects: number, bytes: number): void;
  /** Nothing more will be expected. */
  expectNoMore(): void;
  skip(sizeBytes: number): void;
  /** @param isCompared with a checksum of S3's; default true. */
  move(sizeBytes: number, movedBytes: number, isCompared?: boolean): void;
  /** As `progress` and `move` of all of an object that came at once. */
  arrive(sizeBytes: number, isCompared: boolean): void;
  /** Bytes of an object that is still under way. */
  progress: (bytes: number) => void;
  result(): TransferResult;
}

/** @param flow whose retries are told. */
export function createTally(
  onProgress: (progress: TransferProgress) => void = () => undefined,
  flow?: Pick<FlowControl, "counters">,
): Tally {
  const start = performance.now();
  const counts = { objects: 0, bytes: 0, moved: 0, movedBytes: 0, compared: 0, skipped: 0 };
  const total = { totalObjects: 0, totalBytes: 0, isTotalKnown: false };
  const refused: LeftOut[] = [];
  const failed: LeftOut[] = [];
  let shownBytes = 0;
  let cameBytes = 0;
  const retries = () => flow?.counters().retries ?? 0;
  const show = (bytes: number) => {
    shownBytes += bytes;
    const { objects } = counts;
    onProgress({ objects, bytes: shownBytes, movedBytes: cameBytes, ...total, retries: retries() });
  };
  const count = (sizeBytes: number, movedBytes: number, isCompared: boolean) => {
    counts.objects += 1;
    counts.moved += 1;
    counts.bytes += sizeBytes;
    counts.movedBytes += movedBytes;
    if (isCompared) counts.compared += 1;
  };
  return {
    refused,
    failed,
    expect(objects, bytes) {
      total.totalObjects += objects;
      total.totalBytes += bytes;
    },
    expectNoMore() {
      total.isTotalKnown = true;
    },
    skip(sizeBytes) {
      counts.objects += 1;
      counts.skipped += 1;
      counts.bytes += sizeBytes;
      show(sizeBytes);
    },
    move(sizeBytes, movedBytes, isCompared = true) {
      count(sizeBytes, movedBytes, isCompared);
      // The moved bytes were shown as they came; the rest an earlier run had brought.
      show(sizeBytes - movedBytes);
    },
    arrive(sizeBytes, isCompared) {
      count(sizeBytes, sizeBytes, isCompared);
      cameBytes += sizeBytes;
      show(sizeBytes);
    },
    progress(bytes) {
      cameBytes += bytes;
      show(bytes);
    },
    result() {
      const seconds = (performance.now() - start) / 1000;
      return { ...counts, refused, failed, retries: retries(), seconds };
    },
  };
}

export function interrupted(error: unknown): RunctlError {
  return new RunctlError("INTERRUPTED", "the transfer was interrupted; what has arrived stays", {
    hint: "run the same command again: it moves only what is missing",
    cause: error,
  });
}
