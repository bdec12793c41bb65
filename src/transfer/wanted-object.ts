import { RunctlError } from "../errors.ts";
import type { StoredChecksum } from "../object-checksum.ts";
import type { Slots } from "./slots.ts";

export interface WantedObject {
  bucket: string;
  key: string;
  /** Without quotes, from a listing or a HEAD: exactly this version is downloaded. */
  etag: string;
  sizeBytes: number;
  /** Becomes the file's modification time. */
  lastModified?: Date;
}

export interface DownloadOptions {
  signal?: AbortSignal;
  /** Shared by all downloads of one job; default: 10 requests of this object at once. */
  slots?: Slots;
  /** False: the caller makes the file and its name durable later, for many files at once. */
  durable?: boolean;
  onBytes?: (count: number) => void;
  /** How long one request is tried again, in milliseconds; default 120,000. */
  retryMs?: number;
}

export interface DownloadedObject {
  sizeBytes: number;
  /** Of this run: less than the size when an earlier run left ranges. */
  movedBytes: number;
  /** Of the full object, to read the file back by: S3's own where it has one of the whole, else taken of what came. */
  checksum: StoredChecksum;
  /** S3's own, which the bytes were compared with, also a composite one; undefined where S3 has none. */
  compared: StoredChecksum | undefined;
  /** Hex, of the bytes as they were received. */
  sha256: string;
}

export function wrongBytes({ bucket, key }: WantedObject): RunctlError {
  return new RunctlError(
    "VERIFICATION_FAILED",
    `s3://${bucket}/${key}: the bytes that arrived do not have S3's checksum, twice`,
    { hint: "look at the network or proxy between here and S3, then run it again" },
  );
}
