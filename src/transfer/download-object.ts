import { rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Aws } from "../aws/connect.ts";
import { s3Access } from "../aws/s3-access.ts";
import { RunctlError, isRunctlError } from "../errors.ts";
import { diskError } from "./disk-error.ts";
import { createFlowControl } from "./flow-control.ts";
import { bufferPool } from "./large/buffer-pool.ts";
import type { RightFile } from "./large/check-object.ts";
import { type DiskFile, openDiskFile } from "./large/disk-file.ts";
import { downloadRanges } from "./large/download-ranges.ts";
import { downloadUnchecked } from "./large/download-unchecked.ts";
import { downloadWhole } from "./large/download-whole.ts";
import type { ByteSource } from "./large/fetch-range.ts";
import { usualRangeBytes } from "./large/plan-ranges.ts";
import { partLockPath, partPath, rangesPath, removePartFile } from "./part-file.ts";
import { lockRun } from "./run-lock.ts";
import { s3Client } from "./s3/s3-client.ts";
import { lastingFailure } from "./s3/s3-failure.ts";
import { startRangeThread } from "./threads/range-thread.ts";
import { createThreadNeed } from "./threads/thread-need.ts";
import type { MoreThreads } from "./threads/share-ranges.ts";
import { syncToDisk } from "./sync-to-disk.ts";
import type { DownloadOptions, DownloadedObject, WantedObject } from "./download/wanted-object.ts";

/** Up to this size a file is not worth a flush of its own: the caller makes many durable at once. */
export const smallObjectBytes = 1024 * 1024;

/**
 * Downloads one version of an object to `path`: pinned by ETag, compared with S3's checksum, and there under its
 * name only when complete. Large objects come in parallel ranges and go on where an earlier run ended.
 *
 * @throws RunctlError CONFLICT when the object is not that version any more or another run downloads to the path,
 * VERIFICATION_FAILED when the bytes were wrong twice, OPERATION_FAILED when the disk or the network gave up.
 */
export async function downloadObject(
  aws: Aws,
  object: WantedObject,
  path: string,
  options: DownloadOptions = {},
): Promise<DownloadedObject> {
  // What an earlier run left is gone on with, or begun anew; what another one is writing is neither.
  const lock = await lockRun(partLockPath(path), path);
  try {
    return await downloadAlone(aws, object, path, options);
  } finally {
    lock.release();
  }
}

async function downloadAlone(
  aws: Aws,
  object: WantedObject,
  path: string,
  options: DownloadOptions,
): Promise<DownloadedObject> {
  const { signal, durable = true, pageCache = "bypass", verify = false } = options;
  const { sizeBytes } = object;
  let movedBytes = 0;
  const onBytes = (count: number) => {
    movedBytes += count;
    options.onBytes?.(count);
  };
  try {
    signal?.throwIfAborted();
    const file = await openDiskFile(partPath(path), pageCache);
    try {
      if (verify) requireDirect(file, path);
      const right = await bring(aws, { object, path, file }, { ...options, onBytes });
      const { attributesOf = () => ({ modifiedMs: object.modifiedMs }) } = options;
      await file.setAttributes(attributesOf(right.headers));
      if (durable || sizeBytes > smallObjectBytes) await file.sync();
      await rename(partPath(path), path);
      if (sizeBytes > usualRangeBytes) await rm(rangesPath(path), { force: true });
      if (durable) await syncToDisk(dirname(path));
      return { ...right, movedBytes };
    } finally {
      await file.close();
    }
  } catch (error) {
    // The first failure is the one to tell.
    if (!goesOn(object, options) || isOfNoUse(error)) {
      await removePartFile(path).catch(() => undefined);
    }
    throw diskError(lastingFailure(error, `s3://${object.bucket}/${object.key}`), path);
  }
}

/** Whether the next run can use what this one leaves. */
const goesOn = ({ sizeBytes }: WantedObject, { checksums = true }: DownloadOptions) =>
  sizeBytes > usualRangeBytes && checksums;

interface Place {
  object: WantedObject;
  path: string;
  /** The unfinished one. */
  file: DiskFile;
}

/** Fills the unfinished file. */
async function bring(
  aws: Aws,
  { object, path, file }: Place,
  options: DownloadOptions,
): Promise<RightFile> {
  const { signal, onBytes, retryMs, verify = false, pageCache = "bypass" } = options;
  const { flow = createFlowControl({ parallel: 10 }), checksums = true } = options;
  const [client, pool] = [s3Client(aws), bufferPool(aws)];
  const source: ByteSource = { client, pool, flow, object, file, retryMs, onBytes, signal };
  const more: MoreThreads = {
    start() {
      const caBundle = process.env["AWS_CA_BUNDLE"];
      return startRangeThread({ access: s3Access(aws), flow, caBundle });
    },
    isNeeded: createThreadNeed(),
    path: partPath(path),
    pageCache,
  };
  const journalPath = rangesPath(path);
  if (!checksums) {
    await rm(journalPath, { force: true });
    return downloadUnchecked(source, more);
  }
  if (object.sizeBytes <= usualRangeBytes) return downloadWhole(source, verify);
  return downloadRanges(source, { journalPath, verify, more });
}

/** What has come of it will never be a file. */
const isOfNoUse = (error: unknown) =>
  isRunctlError(error, "CONFLICT") ||
  isRunctlError(error, "NOT_FOUND") ||
  isRunctlError(error, "VERIFICATION_FAILED");

function requireDirect({ isDirect }: DiskFile, path: string): void {
  if (isDirect) return;
  throw new RunctlError("OPERATION_FAILED", `${path} cannot be read past the page cache`, {
    hint: "download to ext4 or xfs, or leave out the reading back",
  });
}
