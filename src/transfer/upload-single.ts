import type { Aws } from "../aws/connect.ts";
import { diskError } from "./disk-error.ts";
import { lookAt } from "./look-at.ts";
import { deleteEarlierForms } from "./upload/earlier-forms.ts";
import { createFlowControl } from "./flow-control.ts";
import { headOf } from "./upload/object-head.ts";
import { createReadPace } from "./upload/read-pace.ts";
import { etagOf, sizeOf } from "./s3/object-headers.ts";
import { lastingFailure } from "./s3/s3-failure.ts";
import { type TransferResult, createTally, interrupted } from "./transfer-result.ts";
import type { UploadDirectoryOptions } from "./upload-directory.ts";
import { startUpload } from "./upload/upload-job.ts";
import { uploadUnlessThere } from "./upload/upload-unless-there.ts";

/** At the 85 to 90 MB/s of a connection ("Performance guidelines for Amazon S3") more than a core of ours sends. */
export const partsAtOnce = 16;

/**
 * Uploads one file under a key of its own choice, unless S3 has it already.
 *
 * @returns also the key that it has: with `.zst` when it was compressed.
 * @throws RunctlError CONFLICT when the file changed meanwhile; INTERRUPTED when the signal aborts.
 */
export async function uploadSingle(
  aws: Aws,
  path: string,
  { bucket, key, compress }: { bucket: string; key: string; compress: boolean },
  options: UploadDirectoryOptions = {},
): Promise<TransferResult & { key: string }> {
  const { onProgress, flow = createFlowControl({ parallel: partsAtOnce }), ...rest } = options;
  const tally = createTally(onProgress, flow);
  const full = { ...rest, flow, onBytes: tally.progress };
  const job = { aws, bucket, compress, tally, pace: createReadPace(), options: full };
  tally.expect(1, lookAt(path)?.size ?? 0);
  tally.expectNoMore();
  try {
    const head = await headOf(startUpload(aws, { bucket, key }, full));
    const object = head !== undefined &&
      head !== "hidden" && {
        sizeBytes: sizeOf(head.headers),
        etag: etagOf(head.headers),
      };
    if (object && options.ifNoneMatch) {
      tally.skip(object.sizeBytes);
      return { ...tally.result(), key };
    }
    const stored = await uploadUnlessThere(job, { path, key }, object || undefined);
    if (stored === key && !options.ifNoneMatch) {
      tally.failed.push(...(await deleteEarlierForms(aws, bucket, [key], full)));
    }
    return { ...tally.result(), key: stored };
  } catch (error) {
    if (options.signal?.aborted) throw interrupted(error);
    throw diskError(lastingFailure(error, `s3://${bucket}/${key}`), path);
  }
}
