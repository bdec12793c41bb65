import { join } from "node:path";
import type { Aws } from "../aws/connect.ts";
import { type S3Object, listObjects } from "../aws/s3-objects.ts";
import type { ManifestFile } from "../manifest.ts";
import { openDownloadJournal } from "./download-journal.ts";
import { type DownloadJob, downloadPlaced } from "./download-placed.ts";
import { createCollisionCheck, placeKey } from "./place-key.ts";
import { createSlots, forEachParallel } from "./slots.ts";
import { openTargetDirectory } from "./target-directory.ts";
import {
  type TransferProgress,
  type TransferResult,
  createTally,
  interrupted,
} from "./transfer-result.ts";

export interface DownloadPrefixOptions {
  /** Requests at once; default 10. */
  parallel?: number;
  signal?: AbortSignal;
  onProgress?: (progress: TransferProgress) => void;
  /** Absolute path of the journal; default `.runctl-journal` in the directory. */
  journalPath?: string;
  /** A file that the caller knows to be safely on the disk, beside those of the journal. */
  known?: (path: string) => ManifestFile | undefined;
  /** How long one request is tried again, in milliseconds; default 120,000. */
  retryMs?: number;
}

export interface DownloadedPrefix extends TransferResult {
  /** What is there now, in the order of S3's listing. */
  files: ManifestFile[];
  /** Files of earlier runs that have no object any more. */
  gone: ManifestFile[];
}

/**
 * Downloads all objects of a prefix into a directory. Killed at any point and run again, it moves only what
 * is missing or has changed: it trusts its journal, which holds only what has reached the disk, and files
 * whose MD5 is the object's ETag.
 *
 * @param source its prefix is empty or ends in a slash.
 * @throws RunctlError INTERRUPTED when the signal aborts; what is there stays.
 */
export async function downloadPrefix(
  aws: Aws,
  source: { bucket: string; prefix: string },
  directory: string,
  options: DownloadPrefixOptions = {},
): Promise<DownloadedPrefix> {
  const { signal, parallel = 10 } = options;
  const target = openTargetDirectory(directory);
  const journal = await openDownloadJournal(
    options.journalPath ?? join(target.root, ".runctl-journal"),
    target.root,
    `s3://${source.bucket}/${source.prefix}`,
  );
  const tally = createTally(options.onProgress);
  const job: DownloadJob = {
    aws,
    bucket: source.bucket,
    target,
    journal,
    tally,
    slots: createSlots(parallel),
    known: (path) => journal.find(path) ?? options.known?.(path),
    ...(signal ? { signal } : {}),
    ...(options.retryMs === undefined ? {} : { retryMs: options.retryMs }),
  };
  const files: (ManifestFile | undefined)[] = [];
  try {
    await forEachParallel(placedObjects(job, source.prefix), parallel, async (placed) => {
      const file = await downloadPlaced(job, placed);
      files[placed.index] = file;
    });
    const there = files.filter((file) => file !== undefined);
    const gone = await journal.finish(new Set(there.map((file) => file.path)));
    return { ...tally.result(), files: there, gone };
  } catch (error) {
    // What is complete need not be fetched again; the first error is the one to tell.
    await journal.flush().catch(() => undefined);
    throw signal?.aborted ? interrupted(error) : error;
  } finally {
    await journal.close();
  }
}

/** The objects that can be files, in the order of the listing; directories are made, others noted as refused. */
async function* placedObjects({ aws, bucket, target, tally, signal }: DownloadJob, prefix: string) {
  const checkCollision = createCollisionCheck();
  let index = 0;
  for await (const object of listObjects(aws, { bucket, prefix }, signal)) {
    signal?.throwIfAborted();
    const relative = object.key.slice(prefix.length);
    // The marker of the prefix itself.
    if (relative === "" && object.sizeBytes === 0) continue;
    const placement = checkCollision(placeKey(relative, object.sizeBytes));
    if (placement.kind === "refused") {
      tally.refused.push({ name: object.key, reason: placement.reason });
    } else if (placement.kind === "directory") {
      const reason = target.ensureDirectory(placement.path);
      if (reason) tally.refused.push({ name: object.key, reason });
    } else {
      yield { index: index++, object, path: placement.path } satisfies {
        object: S3Object;
        path: string;
        index: number;
      };
    }
  }
}
