import { isRunctlError } from "../../errors.ts";
import { type OriginalFile, readCompression } from "../compressed-form.ts";
import { userMetadata } from "../file-metadata.ts";
import type { Answer } from "../http/body.ts";
import type { UploadJob } from "./upload-job.ts";

type ObjectHead = Answer | "hidden" | undefined;

/**
 * What S3 says of the object, its checksum too; undefined when there is none.
 *
 * @returns "hidden" without the permission to look, which who may only write does not have; without that to list, S3
 * says the same of an object that is not there.
 */
export async function headOf(job: UploadJob): Promise<ObjectHead> {
  const headers = { "x-amz-checksum-mode": "ENABLED" };
  try {
    return await job.request({ method: "HEAD", headers });
  } catch (error) {
    if (isRunctlError(error, "NOT_FOUND")) return undefined;
    if (isRunctlError(error, "PERMISSION_DENIED")) return "hidden";
    throw error;
  }
}

/** What runctl made the object of; undefined unless it is a compressed one that may be looked at. */
export function originalOf(head: ObjectHead): OriginalFile | undefined {
  return head && head !== "hidden" ? readCompression(userMetadata(head.headers)) : undefined;
}
