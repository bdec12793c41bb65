import { fstatSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { Aws } from "../aws/connect.ts";
import { RunctlError } from "../errors.ts";
import { checksumOf } from "../object-checksum.ts";
import { diskError } from "./disk-error.ts";
import { planParts } from "./plan-parts.ts";
import { lastingFailure } from "./s3-failure.ts";
import { createSlots } from "./slots.ts";
import {
  type Upload,
  type UploadOptions,
  type UploadedFile,
  changedFile,
  etagOf,
  isPreconditionFailed,
  putWithRetries,
  readPiece,
} from "./upload.ts";
import { uploadParts } from "./upload-parts.ts";

/**
 * Uploads a file as one object, with a CRC32 that S3 checks. A large file goes in parallel parts; parts that an
 * interrupted run left in S3 and that still equal the file's bytes are not sent again.
 *
 * @throws RunctlError CONFLICT when the file changed while it was read; no object is made then.
 */
export async function uploadFile(
  aws: Aws,
  path: string,
  { bucket, key }: { bucket: string; key: string },
  options: UploadOptions = {},
): Promise<UploadedFile> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    const upload = startUpload(file, path, { bucket, key }, options);
    const plan = planParts(upload.sizeBytes);
    return await (plan.count === 1 ? putWhole(aws, upload) : uploadParts(aws, upload, plan));
  } catch (error) {
    if (options.ifNoneMatch && isPreconditionFailed(error)) return kept;
    throw diskError(lastingFailure(error, `s3://${bucket}/${key}`), path);
  } finally {
    await file?.close();
  }
}

const kept: UploadedFile = {
  outcome: "kept",
  sizeBytes: 0,
  movedBytes: 0,
  etag: undefined,
  checksum: undefined,
};

function startUpload(
  file: FileHandle,
  path: string,
  address: { bucket: string; key: string },
  options: UploadOptions,
): Upload {
  // Synchronous: the answer is in memory for an open file, and a thread costs more than it.
  const before = fstatSync(file.fd);
  if (!before.isFile()) throw new RunctlError("USAGE", `${path} is not a file`);
  return {
    ...address,
    file,
    path,
    sizeBytes: before.size,
    options,
    requireUnchanged() {
      const now = fstatSync(file.fd);
      if (now.size !== before.size || now.mtimeMs !== before.mtimeMs) throw changedFile(path);
    },
  };
}

async function putWhole(aws: Aws, upload: Upload): Promise<UploadedFile> {
  const { sizeBytes, options } = upload;
  const { slots = createSlots(1) } = options;
  return slots.run(async () => {
    const bytes = await readPiece(upload, 0, sizeBytes);
    upload.requireUnchanged();
    const value = checksumOf("CRC32", bytes);
    const headers = {
      "x-amz-checksum-crc32": value,
      ...(options.ifNoneMatch ? { "if-none-match": "*" } : {}),
    };
    const answer = await putWithRetries(aws, upload, {}, headers, bytes);
    options.onBytes?.(sizeBytes);
    const checksum = { algorithm: "CRC32", value } as const;
    return {
      outcome: "created",
      sizeBytes,
      movedBytes: sizeBytes,
      etag: etagOf(answer),
      checksum,
    };
  });
}
