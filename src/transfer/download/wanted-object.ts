import { RunctlError } from "../../errors.ts";
import type { StoredChecksum } from "../../object-checksum.ts";
import type { FlowControl } from "../flow-control.ts";
import type { FileAttributes, PageCache } from "../large/disk-file.ts";

export interface WantedObject {
  bucket: string;
  key: string;
  /** Without quotes, from a listing or a HEAD: exactly this version is downloaded. */
  etag: string;
  sizeBytes: number;
  /** Becomes the file's modification time; milliseconds since 1970. */
  modifiedMs?: number;
}

export interface DownloadOptions {
  signal?: AbortSignal | undefined;
  /** Shared by all downloads of one job; default: 10 requests of this object at once. */
  flow?: FlowControl;
  /** False: the caller makes the file's name durable later, for many files at once. */
  durable?: boolean;
  /** Of a large object: `bypass` (default) leaves the page cache to others, `keep` fills it with the file. */
  pageCache?: PageCache;
  /** Reads a large file back from the disk before it gets its name. */
  verify?: boolean;
  /** False: an object above 1 MiB is neither compared with S3's checksum nor gone on with. Default true. */
  checksums?: boolean;
  /** What the file is given before it gets its name; default: the object's time. */
  attributesOf?: (headers: ReadonlyMap<string, string>) => FileAttributes;
  onBytes?: (count: number) => void;
  /** How long one request is tried again without progress, in milliseconds; default 120,000. */
  retryMs?: number | undefined;
}

export interface DownloadedObject {
  /** Of this run: less than the size when an earlier run left ranges. */
  movedBytes: number;
  /**
   * Of the full object, to read the file back by: S3's own where it has one of the whole, else taken of what came.
   * Undefined without `checksums`.
   */
  checksum: StoredChecksum | undefined;
  /** S3's own, which the bytes were compared with, also a composite one; undefined where nothing was compared. */
  compared: StoredChecksum | undefined;
}

/** @param details which bytes, where that is known. */
export function wrongBytes(
  { bucket, key }: Pick<WantedObject, "bucket" | "key">,
  details = "",
): RunctlError {
  return new RunctlError(
    "VERIFICATION_FAILED",
    `s3://${bucket}/${key}: the bytes that arrived do not have S3's checksum, twice${details}`,
    { hint: "look at the network or proxy between here and S3, then run it again" },
  );
}

/**
 * Holds an answer against the version that was asked for: what stands between here and S3 may pass over `If-Match`.
 *
 * @throws RunctlError CONFLICT
 */
export function requireVersion(
  { bucket, key, etag, sizeBytes }: WantedObject,
  headers: ReadonlyMap<string, string>,
): void {
  const got = headers.get("etag");
  const isOther =
    got !== undefined && got !== `"${etag}"` && got.replaceAll(/^W\/|"/g, "") !== etag;
  const total = headers.get("content-range")?.split("/")[1] ?? "*";
  if (!isOther && (total === "*" || Number(total) === sizeBytes)) return;
  const what = isOther
    ? `ETag ${got} came, not "${etag}"`
    : `it has ${total} bytes, not ${sizeBytes}`;
  throw new RunctlError(
    "CONFLICT",
    `s3://${bucket}/${key}: the object changed meanwhile: ${what}`,
    {
      hint: "run the same command again",
    },
  );
}
