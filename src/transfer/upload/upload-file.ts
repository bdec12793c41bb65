import type { Aws } from "../../aws/connect.ts";
import { diskError } from "../disk-error.ts";
import { type ReadPace, createReadPace } from "./read-pace.ts";
import { lastingFailure } from "../s3/s3-failure.ts";
import type { ObjectPlace, UploadOptions, UploadedObject } from "./upload-job.ts";
import { uploadObject } from "./upload-object.ts";
import { type FileSource, openFileSource } from "./upload-source.ts";

/**
 * Uploads a file as one object, whose metadata keeps its time and mode. An upload that was killed goes on with the
 * parts that S3 has, where a journal is given.
 *
 * @throws RunctlError CONFLICT when the file changed while it was read; no object is made then.
 */
export async function uploadFile(
  aws: Aws,
  path: string,
  { bucket, key }: ObjectPlace,
  options: UploadOptions & { pace?: ReadPace } = {},
): Promise<UploadedObject> {
  let file: FileSource | undefined;
  try {
    file = openFileSource(path, options.pace ?? createReadPace());
    return await uploadObject(aws, file, { bucket, key, from: path }, options);
  } catch (error) {
    throw diskError(lastingFailure(error, `s3://${bucket}/${key}`), path);
  } finally {
    file?.close();
  }
}
