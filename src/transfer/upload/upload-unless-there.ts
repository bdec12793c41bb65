import type { Aws } from "../../aws/connect.ts";
import { diskError } from "../disk-error.ts";
import type { ListedObject } from "../s3/listing-page.ts";
import type { ReadPace } from "./read-pace.ts";
import { hasSameBytes } from "./same-bytes.ts";
import type { Tally } from "../transfer-result.ts";
import { uploadCompressed } from "./upload-compressed.ts";
import { type UploadOptions, startUpload } from "./upload-job.ts";
import { uploadObject } from "./upload-object.ts";
import { type FileSource, openFileSource } from "./upload-source.ts";
import { compressedSuffix } from "../compressed-form.ts";

/** What the uploads of several files share. */
export interface FileJob {
  aws: Aws;
  bucket: string;
  /** Files that shrink are stored as `.zst`. */
  compress: boolean;
  tally: Tally;
  pace: ReadPace;
  options: UploadOptions;
}

/**
 * Brings one file to S3 unless its object has the same bytes, and counts it.
 *
 * @param object what S3 has under the key.
 * @returns the key that it has there: with `.zst` when it was compressed.
 * @throws RunctlError CONFLICT when the file changed while it was read.
 */
export async function uploadUnlessThere(
  { aws, bucket, compress, tally, pace, options }: FileJob,
  { path, key }: { path: string; key: string },
  object: Pick<ListedObject, "sizeBytes" | "etag"> | undefined,
): Promise<string> {
  const place = { bucket, key };
  let file: FileSource | undefined;
  try {
    file = openFileSource(path, pace);
    const { sizeBytes } = file;
    if (object && (await hasSameBytes(startUpload(aws, place, options), file, path, object))) {
      tally.skip(sizeBytes);
      return key;
    }
    // An object that is there is replaced under its own key, so that there are never two of one file.
    const wantsLess = compress && object === undefined;
    const compressed = wantsLess
      ? await uploadCompressed(aws, file, { ...place, path }, options)
      : undefined;
    const sent = compressed ?? (await uploadObject(aws, file, { ...place, from: path }, options));
    if (sent.outcome === "kept") tally.skip(sizeBytes);
    else tally.move(sizeBytes, sent.movedBytes);
    return compressed ? key + compressedSuffix : key;
  } catch (error) {
    throw diskError(error, path);
  } finally {
    file?.close();
  }
}
