import type { FlowControl } from "../flow-control.ts";
import { isBusy, isTransient } from "./s3-failure.ts";

export interface RetryTransferOptions {
  /** Shared by all requests of the transfer. */
  flow: FlowControl;
  /** What the next attempt is going to move, for the bandwidth limit. */
  bytes?: () => number;
  /** What all attempts together moved so far: after an attempt that moved something `retryMs` begins anew. */
  movedBytes?: () => number;
  /** An attempt that is far slower than the others is given up and made again; needs `bytes`. */
  restartsSlow?: boolean;
  /** Milliseconds without progress after which the last error is thrown; default 120,000. */
  retryMs?: number | undefined;
  signal?: AbortSignal | undefined;
  random?: () => number;
}

const firstPauseMs = 100;
const longestPauseMs = 20_000;

/**
 * Makes a request of a transfer, and again while what went wrong may be gone at the next try. Each attempt takes its
 * turn in the flow control (the caller must not hold one); pauses double, with full jitter ("Exponential Backoff And
 * Jitter", AWS Architecture Blog).
 *
 * @param attempt gets the signal that ends it: the caller's own, or one that also ends slow attempts.
 * @throws what the last attempt threw; the signal's reason when it aborts.
 */
export async function retryTransfer<Result>(
  attempt: (signal: AbortSignal | undefined) => Promise<Result>,
  options: RetryTransferOptions,
): Promise<Result> {
  const { flow, signal, retryMs = 120_000, random = Math.random } = options;
  let failures = 0;
  let moved = options.movedBytes?.() ?? 0;
  let end = Infinity;
  for (;;) {
    try {
      const bytes = options.bytes?.() ?? 0;
      const once = () =>
        options.restartsSlow ? unlessSlow(attempt, bytes, options) : attempt(signal);
      const result = await flow.run(once, { bytes, signal });
      flow.noteSuccess();
      return result;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof TooSlow) continue;
      if (!isTransient(error)) throw error;
      if (isBusy(error)) flow.noteBusy();
      const now = options.movedBytes?.() ?? 0;
      if (failures === 0 || now > moved) {
        moved = now;
        failures = 0;
        end = flow.clock.now() + retryMs;
      }
      const pause = random() * Math.min(longestPauseMs, firstPauseMs * 2 ** failures);
      if (flow.clock.now() + pause > end) throw error;
      failures += 1;
      await flow.clock.sleep(pause, signal);
      await flow.takeRetry(signal);
    }
  }
}

class TooSlow extends Error {
  override readonly name = "TooSlow";
}

/** Ends the attempt with TooSlow when it takes much longer than others of its size took. */
async function unlessSlow<Result>(
  attempt: (signal: AbortSignal | undefined) => Promise<Result>,
  bytes: number,
  { flow: { clock, slow }, signal }: RetryTransferOptions,
): Promise<Result> {
  const start = clock.now();
  const limitMs = slow.limitMs(bytes);
  const own = new AbortController();
  const over = new AbortController();
  if (limitMs !== undefined) {
    const wait = clock.sleep(limitMs, over.signal).then(
      () => slow.mayGiveUp() && own.abort(new TooSlow(`${bytes} bytes took over ${limitMs} ms`)),
      () => undefined,
    );
    void wait;
  }
  try {
    const result = await attempt(signal ? AbortSignal.any([signal, own.signal]) : own.signal);
    slow.note(bytes, clock.now() - start);
    return result;
  } finally {
    over.abort();
  }
}
