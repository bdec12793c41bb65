import type { Aws } from "../../src/aws/connect.ts";
import type {
  ObjectPlace,
  UploadOptions,
  UploadedObject,
} from "../../src/transfer/upload/upload-job.ts";
import { createReadPace } from "../../src/transfer/upload/read-pace.ts";
import { uploadObject } from "../../src/transfer/upload/upload-object.ts";
import { openFileSource } from "../../src/transfer/upload/upload-source.ts";

/** Uploads a file without a look at what S3 has. */
export async function uploadFile(
  aws: Aws,
  path: string,
  place: ObjectPlace,
  options: UploadOptions = {},
): Promise<UploadedObject> {
  const file = openFileSource(path, createReadPace());
  try {
    return await uploadObject(aws, file, { ...place, from: path }, options);
  } finally {
    file.close();
  }
}
