import type { Aws } from "../aws/connect.ts";
import { lastingFailure } from "./s3/s3-failure.ts";
import type { ObjectPlace, UploadOptions } from "./upload/upload-job.ts";
import { uploadObject } from "./upload/upload-object.ts";
import { bytesSource } from "./upload/upload-source.ts";

/**
 * Puts what is in memory as one object, large ones in parts, with a CRC-32 that S3 checks.
 *
 * @returns "kept" when `ifNoneMatch` was asked for and the key exists already.
 */
export async function uploadBytes(
  aws: Aws,
  { bucket, key }: ObjectPlace,
  bytes: Uint8Array,
  options: UploadOptions = {},
): Promise<"created" | "kept"> {
  try {
    const { outcome } = await uploadObject(aws, bytesSource(bytes), { bucket, key }, options);
    return outcome;
  } catch (error) {
    throw lastingFailure(error, `s3://${bucket}/${key}`);
  }
}
