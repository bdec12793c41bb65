import { basename, dirname, join } from "node:path";
import type { Aws } from "../aws/connect.ts";
import { diskError } from "./disk-error.ts";
import { RunctlError } from "../errors.ts";
import type { DownloadJob, DownloadRules } from "./download-job.ts";
import { smallObjectBytes } from "./download-object.ts";
import { placeObject } from "./download/download-placed.ts";
import { placeOriginal } from "./download/download-plan.ts";
import { createFlowControl, type FlowControl } from "./flow-control.ts";
import type { ListedObject } from "./s3/listing-page.ts";
import { noNotes } from "./note-index.ts";
import { syncToDisk } from "./sync-to-disk.ts";
import { openTargetDirectory } from "./target-directory.ts";
import {
  type TransferProgress,
  type TransferResult,
  createTally,
  interrupted,
} from "./transfer-result.ts";
import { originalName } from "./compressed-form.ts";

interface SingleOptions extends DownloadRules {
  flow?: FlowControl;
  signal?: AbortSignal | undefined;
  onProgress?: (progress: TransferProgress) => void;
}

/** Nothing to go on with but the object's own ranges. */
const noJournal = {
  notes: noNotes,
  isContinued: false,
  add: () => undefined,
  flush: () => Promise.resolve(),
  close: () => Promise.resolve(),
  remove: () => Promise.resolve(),
};

/**
 * Downloads one object to a file, unless the file is that already. One that was compressed comes to a directory
 * under the name that it had.
 *
 * @param to the file, or the directory that gets it.
 * @throws RunctlError what the object failed with; REFUSED where no file can be made of it.
 */
export async function downloadSingle(
  aws: Aws,
  { bucket, ...object }: ListedObject & { bucket: string },
  to: { path: string; isDirectory: boolean },
  options: SingleOptions,
): Promise<TransferResult & { to: string }> {
  const { signal, flow = createFlowControl({ parallel: 10 }), onProgress, ...rules } = options;
  const target = openTargetDirectory(to.isDirectory ? to.path : dirname(to.path));
  const name = basename(to.isDirectory ? object.key : to.path);
  const original = rules.decompress ? originalName(basename(object.key)) : undefined;
  const originalPath = original && (to.isDirectory ? placeOriginal(original) : name);
  const tally = createTally(onProgress, flow);
  tally.expect(1, object.sizeBytes);
  tally.expectNoMore();
  const job: DownloadJob = {
    ...rules,
    // It has its name before it is on the disk: after a crash it may have its size and time, and not its bytes.
    trustTimes: rules.trustTimes && object.sizeBytes > smallObjectBytes,
    aws,
    bucket,
    target,
    journal: noJournal,
    tally,
    flow,
    known: () => undefined,
    signal,
  };
  try {
    const file = await placeObject(job, { object, path: name, originalPath });
    const result = tally.result();
    const [left] = result.refused;
    if (left) throw new RunctlError("REFUSED", `s3://${bucket}/${left.name}: ${left.reason}`);
    const path = join(target.root, file?.path ?? name);
    if (file) {
      await syncToDisk(path);
      await syncToDisk(dirname(path));
    }
    return { ...result, to: path };
  } catch (error) {
    throw signal?.aborted ? interrupted(error) : diskError(error, join(target.root, name));
  }
}
