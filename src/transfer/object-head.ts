import { isRunctlError } from "../errors.ts";
import type { S3Answer } from "./s3-client.ts";
import type { UploadJob } from "./upload-job.ts";

/** What S3 says of the object, its checksum too; undefined when there is none. */
export async function headOf(job: UploadJob): Promise<S3Answer | undefined> {
  const headers = { "x-amz-checksum-mode": "ENABLED" };
  try {
    return await job.request({ method: "HEAD", headers });
  } catch (error) {
    if (isRunctlError(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}
