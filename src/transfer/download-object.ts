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
import { downloadWhole } from "./large/download-whole.ts";
import { usualRangeBytes } from "./large/plan-ranges.ts";
import { partPath, rangesPath, removePartFile } from "./part-file.ts";
import { s3Client } from "./s3-client.ts";
import { lastingFailure } from "./s3-failure.ts";
import { startRangeThread } from "./threads/range-thread.ts";
import { createThreadNeed } from "./threads/thread-need.ts";
import { syncDirectory } from "./sync-directory.ts";
import type { DownloadOptions, DownloadedObject, WantedObject } from "./wanted-object.ts";

/** Up to this size a file is not worth a flush of its own: the caller makes many durable at once. */
export const smallObjectBytes = 1024 * 1024;

/**
 * Downloads one version of an object to `path`: pinned by ETag, compared with S3's checksum, and there under its
 * name only when complete. Large objects come in parallel ranges and go on where an earlier run ended.
 *
 * @throws RunctlError CONFLICT when the object is not that version any more, VERIFICATION_FAILED when the bytes
 * were wrong twice, OPERATION_FAILED when the disk or the network gave up.
 */
export async function downloadObject(
  aws: Aws,
  object: WantedObject,
  path: string,
  options: DownloadOptions = {},
): Promise<DownloadedObject> {
  const { signal, retryMs = 120_000, durable = true, onBytes, verify = false } = options;
  const { pageCache = "bypass", flow = createFlowControl({ parallel: 10 }) } = options;
  const { sizeBytes } = object;
  const isRanged = sizeBytes > usualRangeBytes;
  let movedBytes = 0;
  try {
    signal?.throwIfAborted();
    const file = await openDiskFile(partPath(path), pageCache);
    try {
      if (verify) requireDirect(file, path);
      const source = {
        client: s3Client(aws),
        flow,
        pool: bufferPool(aws),
        object,
        file,
        retryMs,
        onBytes(count: number) {
          movedBytes += count;
          onBytes?.(count);
        },
        ...(signal ? { signal } : {}),
      };
      const right = isRanged
        ? await downloadRanges(source, {
            journalPath: rangesPath(path),
            verify,
            more: {
              start: () =>
                startRangeThread({
                  access: s3Access(aws),
                  flow,
                  caBundle: process.env["AWS_CA_BUNDLE"],
                }),
              isNeeded: createThreadNeed(),
              path: partPath(path),
              pageCache,
            },
          })
        : await downloadWhole(source, verify);
      await file.setAttributes(attributesOf(object, right, options));
      if (durable || sizeBytes > smallObjectBytes) await file.sync();
      await rename(partPath(path), path);
      if (isRanged) await rm(rangesPath(path), { force: true });
      if (durable) await syncDirectory(dirname(path));
      return { sizeBytes, movedBytes, ...right };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!isRanged || isOfNoUse(error)) await removePartFile(path);
    throw diskError(lastingFailure(error, `s3://${object.bucket}/${object.key}`), path);
  }
}

/** What has come of it will never be a file. */
const isOfNoUse = (error: unknown) =>
  isRunctlError(error, "CONFLICT") ||
  isRunctlError(error, "NOT_FOUND") ||
  isRunctlError(error, "VERIFICATION_FAILED");

function attributesOf(object: WantedObject, { headers }: RightFile, options: DownloadOptions) {
  return options.attributesOf?.(headers) ?? { modifiedMs: object.lastModified?.getTime() };
}

function requireDirect({ isDirect }: DiskFile, path: string): void {
  if (isDirect) return;
  throw new RunctlError("OPERATION_FAILED", `${path} cannot be read past the page cache`, {
    hint: "download to ext4 or xfs, or leave out the reading back",
  });
}
