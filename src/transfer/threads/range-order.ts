import type { CrcAlgorithm } from "../large/crc-sums.ts";
import type { PageCache } from "../large/disk-file.ts";
import type { PlannedRange } from "../large/plan-ranges.ts";
import type { WantedObject } from "../download/wanted-object.ts";

// What the threads of a download say to each other. The first has the credentials and the flow control.

/** Given to a thread at its start. */
export interface ThreadSettings {
  thread: "ranges";
  region: string;
  caBundle: string | undefined;
}

/** Asked of a thread as `fetchRange`; it answers with the range's pieces. */
export interface RangeOrder {
  /** The asker's name for it. */
  id: number;
  object: WantedObject;
  /** Of the file that the range belongs to; it has its size already. */
  path: string;
  pageCache: PageCache;
  /** Undefined: nothing is summed. */
  algorithm: CrcAlgorithm | undefined;
  range: PlannedRange;
  retryMs: number | undefined;
  /** Most bytes to ask for at once. */
  pieceBytes: number;
}

/** Told to the first thread as `note`: what happened to an order's requests. */
export type RangeNote =
  | { kind: "bytes"; id: number; count: number }
  | { kind: "latency"; ms: number }
  | { kind: "success" }
  | { kind: "busy" };
