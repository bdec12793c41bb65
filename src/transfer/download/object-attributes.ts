import { type FileMetadata, isSymbolicLink, readFileMetadata } from "../file-metadata.ts";
import type { FileAttributes } from "../large/disk-file.ts";

/** What the headers of an object say of the file that it was; names in lower case. */
export function metadataOfHeaders(headers: ReadonlyMap<string, string>): FileMetadata {
  return readFileMetadata({
    mtime: headers.get("x-amz-meta-mtime"),
    mode: headers.get("x-amz-meta-mode"),
  });
}

/**
 * What a downloaded file gets: its own time and permissions where the metadata has them, else the time of the object.
 * Set-user-id and set-group-id bits are never taken from S3.
 */
export function attributesFor(
  headers: ReadonlyMap<string, string>,
  objectMs: number,
): FileAttributes & { modifiedMs: number } {
  const metadata = metadataOfHeaders(headers);
  const { modifiedMs = objectMs, mode } = metadata;
  if (mode === undefined || isSymbolicLink(metadata)) return { modifiedMs };
  return { modifiedMs, permissions: mode & 0o777 };
}
