import type { ManifestFile } from "../../manifest.ts";
import type { DownloadJob } from "../download-job.ts";
import { downloadPlaced } from "./download-placed.ts";
import type { PlannedObject } from "./download-plan.ts";
import { StaleConnection } from "../http/http-failure.ts";
import { isBusy, isTransient } from "../s3/s3-failure.ts";
import { type SmallLane, createSmallLane } from "./small-lane.ts";

interface Hooks {
  /** A promise to wait for before another object is begun. */
  room(): Promise<void> | undefined;
  /** Told of every object that was begun; undefined: it was left out or failed. */
  done(planned: PlannedObject, file: ManifestFile | undefined): void;
}

/** Before an object that failed on the short way is asked for again, with full jitter. */
const longestPauseMs = 200;

/**
 * Brings the objects of all pages to their places, as many at once as the flow allows. A small object that is
 * not there yet goes a short way, without a promise; whatever meets anything unusual there begins again on the long way,
 * which knows retries, repairs, recognition and all else.
 *
 * After the first failure nothing is begun any more; it is thrown once all that is under way has ended.
 */
export async function downloadPages(
  job: DownloadJob,
  pages: AsyncGenerator<PlannedObject[], void>,
  hooks: Hooks,
): Promise<void> {
  const { flow, signal } = job;
  const failures: unknown[] = [];
  let page: readonly PlannedObject[] = [];
  let at = 0;
  let isReading = false;
  let isOver = false;
  const over = Promise.withResolvers<void>();
  /** Those that wait for a page. */
  const idle: SmallLane[] = [];
  /**
   * Those that ended in this turn of the event loop: their next requests are written one after the other. Each alone,
   * between the files of two objects, would wake a sleeping receiver, and cost a tenth of the CPU time more.
   */
  const free: SmallLane[] = [];

  const fail = (error: unknown) => {
    isOver = true;
    failures.push(error);
  };

  const next = (lane: SmallLane): void => {
    try {
      if (signal?.aborted) fail(signal.reason);
      const planned = isOver ? undefined : page[at];
      if (planned === undefined) {
        idle.push(lane);
        if (!isReading) readPage();
        return;
      }
      at += 1;
      const wait = hooks.room();
      if (wait || !lane.begin(planned)) void goLong(lane, planned, wait);
    } catch (error) {
      fail(error);
      idle.push(lane);
      if (!isReading) readPage();
    }
  };

  /** Or ends it all, once nobody works any more. */
  const readPage = (): void => {
    if (isOver) {
      if (idle.length === flow.count) over.resolve();
      return;
    }
    isReading = true;
    const take = (result: IteratorResult<PlannedObject[], void>) => {
      if (result.done) isOver = true;
      else [page, at] = [result.value, 0];
    };
    void pages
      .next()
      .then(take, fail)
      .finally(() => {
        isReading = false;
        for (const lane of idle.splice(0)) next(lane);
      });
  };

  async function goLong(
    lane: SmallLane,
    planned: PlannedObject,
    wait: Promise<void> | undefined,
  ): Promise<void> {
    let file: ManifestFile | undefined;
    try {
      await wait;
      file = await downloadPlaced(job, planned);
    } catch (error) {
      fail(error);
    }
    end(lane, planned, file);
  }

  const end = (lane: SmallLane, planned: PlannedObject, file: ManifestFile | undefined): void => {
    try {
      hooks.done(planned, file);
    } catch (error) {
      fail(error);
    }
    if (free.length === 0) setImmediate(nextOfAll);
    free.push(lane);
  };

  const nextOfAll = () => {
    for (const lane of free.splice(0)) next(lane);
  };

  /** The pause before another try, where the first one was S3's or the network's failure. */
  async function recover(error: unknown): Promise<void> {
    if (!isTransient(error) || error instanceof StaleConnection) return;
    if (isBusy(error)) flow.noteBusy();
    await flow.clock.sleep(Math.random() * longestPauseMs, signal);
    await flow.takeRetry(signal);
  }

  const lanes = Array.from({ length: flow.count }, () => {
    const lane: SmallLane = createSmallLane(job, {
      done: (planned, file) => end(lane, planned, file),
      wait: (planned, file, wait) => void wait.catch(fail).then(() => end(lane, planned, file)),
      failed: (planned, error) => void goLong(lane, planned, recover(error)),
    });
    return lane;
  });
  const abort = () => {
    for (const lane of lanes) lane.abort(signal?.reason);
  };
  signal?.addEventListener("abort", abort);
  try {
    for (const lane of lanes) next(lane);
    await over.promise;
  } finally {
    signal?.removeEventListener("abort", abort);
    await pages.return();
  }
  if (failures.length > 0) throw failures[0];
}
