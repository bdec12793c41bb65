import type { Aws } from "../aws/connect.ts";
import type { ManifestFile } from "../manifest.ts";
import type { DownloadJournal } from "./download/download-journal.ts";
import type { FlowControl } from "./flow-control.ts";
import { type BufferPool, bufferPool } from "./large/buffer-pool.ts";
import type { PageCache } from "./large/disk-file.ts";
import type { Asking } from "./large/stored-object.ts";
import type { ListedObject } from "./s3/listing-page.ts";
import { s3Client } from "./s3/s3-client.ts";
import type { TargetDirectory } from "./target-directory.ts";
import type { Tally } from "./transfer-result.ts";

/**
 * What becomes of objects that are symbolic links by their metadata: `refuse` lists them, `keep` makes links of
 * those that stay inside the directory, `content` makes a file of where they lead.
 */
type LinkPolicy = "refuse" | "keep" | "content";

export interface DownloadRules {
  /** What runctl compressed becomes the file that it was. */
  decompress: boolean;
  links: LinkPolicy;
  /** A file whose size and time are the object's counts as the same; else only notes and checksums do. */
  trustTimes: boolean;
  /** Every file is read back from the disk, also those that are there. */
  verify: boolean;
  pageCache: PageCache;
  /** False: objects above 1 MiB come without being compared with S3's checksum, and are not noted. */
  checksums: boolean;
}

/** What the downloads of one prefix share. */
export interface DownloadJob extends DownloadRules {
  aws: Aws;
  bucket: string;
  target: TargetDirectory;
  journal: DownloadJournal;
  tally: Tally;
  flow: FlowControl;
  retryMs?: number | undefined;
  known(path: string): ManifestFile | undefined;
  /**
   * Told before a compressed object is fetched how many bytes its file takes above those of the object, or of the file
   * that it replaces, as its metadata says. What it throws ends the download.
   */
  onOriginal?: ((moreBytes: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface PlacedObject {
  object: ListedObject;
  /** Relative to the target directory. */
  path: string;
  /**
   * Where it belongs if it turns out to be compressed, or why no file may be there; undefined: it cannot be compressed,
   * or stays as it is, because that place is another object's or left out by the filters.
   */
  originalPath: string | { reason: string } | undefined;
}

/** To ask S3 about one object of the job. */
export function askingOf(
  { aws, bucket, flow, retryMs, signal }: DownloadJob,
  object: ListedObject,
): Asking & { pool: BufferPool } {
  const [client, pool] = [s3Client(aws), bufferPool(aws)];
  return { client, pool, flow, object: { ...object, bucket }, retryMs, signal };
}
