import type { ManifestFile } from "../../manifest.ts";
import { checksumOfHeaders } from "../s3/object-headers.ts";
import type { DownloadJob } from "../download-job.ts";
import { smallObjectBytes } from "../download-object.ts";
import type { PlannedObject } from "./download-plan.ts";
import { sumOf } from "./fetch-small.ts";
import { isSymbolicLink } from "../file-metadata.ts";
import type { TimedAnswer } from "../http/exchange.ts";
import { bufferPool } from "../large/buffer-pool.ts";
import { metadataOfHeaders } from "./object-attributes.ts";
import { s3Client } from "../s3/s3-client.ts";
import { ShortBody, failureOf } from "../s3/s3-failure.ts";
import { requireVersion } from "./wanted-object.ts";
import { placeSmall } from "./place-small.ts";
import { SmallSink } from "./small-sink.ts";

/** The short way of small objects: one request at a time, from its beginning to the file, without a promise. */
export interface SmallLane {
  /** False: nothing was done, and the object has to go the long way. */
  begin(planned: PlannedObject): boolean;
  /** Ends what is under way, if anything is. */
  abort(reason: unknown): void;
}

interface LaneHooks {
  done(planned: PlannedObject, file: ManifestFile): void;
  /** As `done`, once the disk has followed. */
  wait(planned: PlannedObject, file: ManifestFile, disk: Promise<void>): void;
  /** No file was made: the long way may do better, and knows the words where it cannot. */
  failed(planned: PlannedObject, error: unknown): void;
}

/** The bytes are whole, but this way cannot make a file of them. */
class OtherWay extends Error {}

export function createSmallLane(job: DownloadJob, hooks: LaneHooks): SmallLane {
  const { bucket, target, flow, tally, journal, links } = job;
  const client = s3Client(job.aws);
  const pool = bufferPool(job.aws);
  let planned: PlannedObject;
  let buffer: Uint8Array;
  /** Where one object has a checksum of parts, the others may have, and need not come twice to find out. */
  let isUsual = true;
  const sink = new SmallSink();
  let request: { abort(reason: unknown): void } | undefined;

  /** Makes the file of a whole and right answer. */
  const keep = (answer: TimedAnswer): ManifestFile => {
    const { object } = planned;
    const { key, etag, sizeBytes } = object;
    const { status, headers } = answer;
    if (status >= 300) throw failureOf(answer, `GET s3://${bucket}/${key}`);
    requireVersion({ bucket, key, etag, sizeBytes }, headers);
    const bytes = sink.bytes();
    const stored = checksumOfHeaders(headers);
    if (stored?.parts !== undefined) {
      isUsual = false;
      throw new OtherWay("a checksum of parts");
    }
    const checksum = sumOf(pool, stored, bytes);
    if (stored && stored.value !== checksum.value) throw new ShortBody("wrong bytes");
    if (links !== "content" && isSymbolicLink(metadataOfHeaders(headers))) {
      throw new OtherWay("a symbolic link");
    }
    const note = placeSmall(job, planned, { bytes, headers, checksum });
    tally.arrive(sizeBytes, stored !== undefined);
    return note;
  };

  const leave = () => {
    request = undefined;
    flow.leave();
    pool.giveBack(buffer);
  };

  const settled = {
    resolve(answer: TimedAnswer) {
      let file: ManifestFile;
      let disk: Promise<void> | undefined;
      try {
        file = keep(answer);
        flow.noteLatency(answer.latencyMs);
        flow.noteSuccess();
        disk = journal.add(file);
      } catch (error) {
        leave();
        hooks.failed(planned, error);
        return;
      }
      leave();
      if (disk) hooks.wait(planned, file, disk);
      else hooks.done(planned, file);
    },
    reject(error: unknown) {
      leave();
      hooks.failed(planned, error);
    },
  };

  return {
    begin(next) {
      const { object, path } = next;
      const isPlain = object.sizeBytes <= smallObjectBytes && next.originalPath === undefined;
      if (!isUsual || job.verify || !isPlain) return false;
      if (target.lookAt(path) !== "free" || !flow.enter()) return false;
      const free = pool.takeNow();
      if (free) {
        planned = next;
        buffer = free;
        sink.begin(free.subarray(0, object.sizeBytes));
        const { key, etag } = object;
        request = client.getNow({ bucket, key, etag }, sink, settled);
        if (request) return true;
        pool.giveBack(free);
      }
      flow.leave();
      return false;
    },
    abort: (reason) => request?.abort(reason),
  };
}
