import { type Clock, systemClock } from "../clock.ts";
import { adaptiveLimit } from "./s3/adaptive-limit.ts";
import type { Slots } from "./slots.ts";
import { type SlowRequests, slowRequests } from "./s3/slow-requests.ts";
import { createTokenBucket } from "./s3/token-bucket.ts";

interface FlowOptions {
  /** Most requests under way at once (`--parallel`). */
  parallel: number;
  /** Over all requests, up and down (`--bandwidth-limit`); undefined: no limit. */
  bytesPerSecond?: number | undefined;
  clock?: Clock;
}

interface FlowCounters {
  /** Requests made again after a failure. */
  retries: number;
  inFlight: number;
  /** How many requests may be under way at this moment: at most `parallel`. */
  limit: number;
}

interface RunOptions {
  /** What the work is going to move, counted against the bandwidth limit before it begins. */
  bytes?: number;
  signal?: AbortSignal | undefined;
}

/**
 * How much a transfer asks of S3 at once, shared by all its requests. The number under way falls when S3 asks to
 * slow down or its answers take much longer than before, and grows again while all goes well ("Best practices
 * design patterns: optimizing Amazon S3 performance": reduce the request rate on 503, then increase it gradually).
 */
export interface FlowControl extends Slots {
  /** Runs `work` as soon as limit and bandwidth allow it, in the order of asking. Not to be nested. */
  run<Result>(work: () => Promise<Result>, options?: RunOptions): Promise<Result>;
  /** Takes a turn that is free at once, to be given back by `leave`. False: ask `run`, as others wait or bytes count. */
  enter(): boolean;
  leave(): void;
  /** How large a piece to ask for at once, so that a bandwidth limit is kept within a second or so. */
  pieceBytes(usualBytes: number): number;
  noteSuccess(): void;
  /** From the request to the head of its answer. */
  noteLatency(ms: number): void;
  noteBusy(): void;
  /** Resolves when the budget that all retries share has one for the caller. */
  takeRetry(signal?: AbortSignal): Promise<void>;
  /** What the others took, to know a slow one by. */
  readonly slow: SlowRequests;
  counters(): FlowCounters;
  readonly clock: Clock;
}

const MiB = 1024 * 1024;

export function createFlowControl(options: FlowOptions): FlowControl {
  const { parallel, bytesPerSecond, clock = systemClock } = options;
  const limit = adaptiveLimit(parallel, () => clock.now());
  const bandwidth =
    bytesPerSecond === undefined
      ? undefined
      : createTokenBucket({ perSecond: bytesPerSecond, most: bytesPerSecond / 4, clock });
  // Many connections that break at once are all taken up again; a storm that goes on is not fed.
  const retryBudget = createTokenBucket({ perSecond: 10, most: 100, clock });
  const waiting: (() => void)[] = [];
  let retries = 0;
  let inFlight = 0;

  function admit(): void {
    while (inFlight < limit.value() && waiting.length > 0) {
      inFlight += 1;
      waiting.shift()!();
    }
  }

  function leave(): void {
    inFlight -= 1;
    admit();
  }

  return {
    count: parallel,
    clock,
    async run(work, { bytes = 0, signal } = {}) {
      if (inFlight < limit.value() && waiting.length === 0) inFlight += 1;
      else await new Promise<void>((resolve) => void waiting.push(resolve));
      try {
        signal?.throwIfAborted();
        const pause = bandwidth?.take(bytes, signal);
        if (pause) await pause;
        return await work();
      } finally {
        leave();
      }
    },
    enter() {
      if (bandwidth || waiting.length > 0 || inFlight >= limit.value()) return false;
      inFlight += 1;
      return true;
    },
    leave,
    pieceBytes: (usualBytes) =>
      bytesPerSecond === undefined
        ? usualBytes
        : Math.min(usualBytes, Math.max(MiB, Math.floor(bytesPerSecond / MiB) * MiB)),
    noteSuccess() {
      retryBudget.giveBack(1);
      limit.noteSuccess(inFlight);
      admit();
    },
    noteLatency: (ms) => limit.noteLatency(ms),
    noteBusy: () => limit.noteBusy(),
    async takeRetry(signal) {
      retries += 1;
      await retryBudget.take(1, signal);
    },
    slow: slowRequests(),
    counters: () => ({ retries, inFlight, limit: limit.value() }),
  };
}
