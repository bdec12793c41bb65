import { hash } from "node:crypto";
import { realpathSync } from "node:fs";
import { isMd5Etag, isOfWhole } from "../../object-checksum.ts";
import { readFully } from "../http/body.ts";
import { checksumOfHeaders } from "../s3/object-headers.ts";
import { fileChecksum } from "../file-checksum.ts";
import { userMetadata } from "../file-metadata.ts";
import type { ListedObject } from "../s3/listing-page.ts";
import { headOf } from "./object-head.ts";
import type { UploadJob } from "./upload-job.ts";
import type { FileSource } from "./upload-source.ts";

/** Up to here an ETag that may be an MD5 is compared first: that spares a request, and above it costs more than one. */
const md5Bytes = 1024 * 1024;

/**
 * Whether an object of the listing has the bytes of a file: by size and a checksum, and where S3 has none that can be
 * compared, by size and the time that the upload noted. A small object whose ETag is the MD5 of the file needs no
 * request; any other needs a HEAD, and the file is read.
 */
export async function hasSameBytes(
  job: UploadJob,
  file: FileSource,
  path: string,
  object: Pick<ListedObject, "sizeBytes" | "etag">,
): Promise<boolean> {
  const { sizeBytes } = file;
  if (object.sizeBytes !== sizeBytes) return false;
  if (sizeBytes === 0) return true;
  if (sizeBytes <= md5Bytes && isMd5Etag(object.etag)) {
    if (hash("md5", await readFully(file, 0, sizeBytes)) === object.etag) return true;
  }
  const head = await headOf(job);
  if (head === undefined || head === "hidden") return false;
  const checksum = checksumOfHeaders(head.headers);
  if (!isOfWhole(checksum)) {
    return userMetadata(head.headers)["mtime"] === file.metadata["mtime"];
  }
  const { algorithm, value } = checksum;
  // A link that is followed: the file is what it leads to.
  const real = realpathSync(path);
  return (await fileChecksum(real, { algorithm, signal: job.options.signal })) === value;
}
