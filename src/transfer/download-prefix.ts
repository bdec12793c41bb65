import { join } from "node:path";
import type { Aws } from "../aws/connect.ts";
import { diskError } from "./disk-error.ts";
import type { ManifestFile } from "../manifest.ts";
import { openDownloadJournal } from "./download/download-journal.ts";
import type { DownloadJob, DownloadRules } from "./download-job.ts";
import { downloadPages } from "./download/download-pages.ts";
import { planDownload } from "./download/download-plan.ts";
import { type FlowControl, createFlowControl } from "./flow-control.ts";
import { createInOrder } from "./download/in-order.ts";
import type { NameFilter } from "./name-filter.ts";
import { type RunLock, lockDirectory } from "./run-lock.ts";
import { type TargetDirectory, openTargetDirectory } from "./target-directory.ts";
import {
  type TransferProgress,
  type TransferResult,
  createTally,
  interrupted,
} from "./transfer-result.ts";

export interface DownloadPrefixOptions extends Partial<DownloadRules> {
  /** Requests at once; default 64. */
  parallel?: number | undefined;
  /** Default: one for `parallel` requests without a limit of bandwidth. */
  flow?: FlowControl;
  /** Paths that take part, relative to the prefix; default: all. */
  takes?: NameFilter;
  /** Gets every path of the listing, relative to the prefix, whether it takes part or not. */
  onListed?: (path: string) => void;
  signal?: AbortSignal | undefined;
  onProgress?: (progress: TransferProgress) => void;
  /** Gets what is there now, in S3's order. */
  onFile?: (file: ManifestFile) => void;
  /** Absolute path of the journal, which then stays; default `.runctl-journal` in the directory, until all is there. */
  journalPath?: string;
  /** The caller holds the lock of the directory for longer than the download. */
  lock?: RunLock;
  /** A file that the caller knows to be safely on the disk, beside those of the journal. */
  known?: (path: string) => ManifestFile | undefined;
  /** Gets each file of the journal that has no object any more. */
  onGone?: (file: ManifestFile) => void;
  /** As in `DownloadJob`. */
  onOriginal?: (moreBytes: number) => void;
  /** How long one request is tried again without progress, in milliseconds; default 120,000. */
  retryMs?: number | undefined;
}

/** As many small objects lie on the wire and at S3 without any of them waiting for this machine. */
export const usualParallel = 64;

/** Notes that wait, while an earlier object is still on its way, for their turn to be handed on. */
const mostEarly = 50_000;

/**
 * Downloads all objects of a prefix into a directory. Killed at any point and run again, it moves only what
 * is missing or has changed: it trusts its journal, which holds only what has reached the disk, and checksums. Memory
 * does not grow with the number of keys, but for 32 bytes for each that an earlier run noted.
 *
 * @param source its prefix is empty or ends in a slash.
 * @throws RunctlError CONFLICT while another run downloads to the directory; INTERRUPTED when the signal aborts: what
 * is there stays.
 */
export async function downloadPrefix(
  aws: Aws,
  source: { bucket: string; prefix: string },
  directory: string,
  options: DownloadPrefixOptions = {},
): Promise<TransferResult> {
  const target = openTargetDirectory(directory);
  const lock = options.lock ?? (await lockDirectory(target.root));
  try {
    return await downloadLocked(aws, source, target, options);
  } finally {
    if (!options.lock) lock.release();
  }
}

async function downloadLocked(
  aws: Aws,
  source: { bucket: string; prefix: string },
  target: TargetDirectory,
  options: DownloadPrefixOptions,
): Promise<TransferResult> {
  const { signal, parallel = usualParallel, takes = () => true } = options;
  const journal = await openDownloadJournal(
    options.journalPath ?? join(target.root, ".runctl-journal"),
    target.root,
    `s3://${source.bucket}/${source.prefix}`,
  );
  const flow = options.flow ?? createFlowControl({ parallel });
  const tally = createTally(options.onProgress, flow);
  const job: DownloadJob = {
    aws,
    bucket: source.bucket,
    target,
    journal,
    tally,
    flow,
    known: (path) => journal.notes.find(path) ?? options.known?.(path),
    decompress: options.decompress ?? true,
    links: options.links ?? "content",
    // After a crash a file may have its name, its size and its time, and not its bytes.
    trustTimes: (options.trustTimes ?? false) && !journal.isContinued,
    verify: options.verify ?? false,
    pageCache: options.pageCache ?? "bypass",
    checksums: options.checksums ?? true,
    retryMs: options.retryMs,
    onOriginal: options.onOriginal,
    signal,
  };
  const scope = { prefix: source.prefix, takes, onListed: options.onListed };
  const ordered = createInOrder<ManifestFile>(mostEarly, (file) => options.onFile?.(file));
  let isRemoved = false;
  try {
    await downloadPages(job, planDownload(job, scope), {
      room: () => ordered.room(),
      // Also after a failure: others may wait for their turn.
      done({ index }, file) {
        if (file) journal.notes.keep(file.path);
        ordered.put(index, file);
      },
    });
    await journal.flush();
    if (options.onGone) for (const file of journal.notes.left()) options.onGone(file);
    const result = tally.result();
    isRemoved = options.journalPath === undefined && result.failed.length === 0;
    if (isRemoved) await journal.remove();
    return result;
  } catch (error) {
    // What is complete need not be fetched again; the first error is the one to tell.
    await journal.flush().catch(() => undefined);
    throw signal?.aborted ? interrupted(error) : diskError(error, target.root);
  } finally {
    if (!isRemoved) await journal.close();
  }
}
