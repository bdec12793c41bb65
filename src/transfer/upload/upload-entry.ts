import { hash } from "node:crypto";
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { fileMetadata } from "../file-metadata.ts";
import type { ListedObject } from "../s3/listing-page.ts";
import { lastingFailure } from "../s3/s3-failure.ts";
import { type FileJob, uploadUnlessThere } from "./upload-unless-there.ts";
import { uploadObject } from "./upload-object.ts";
import type { UploadScope } from "../upload-scope.ts";
import { bytesSource } from "./upload-source.ts";
import type { WalkedFile } from "../walk-files.ts";

/** What the uploads of one directory share. */
export interface EntryJob extends FileJob {
  scope: UploadScope;
}

export type Uploadable = Exclude<WalkedFile, { kind: "refused" | "skipped" }>;

/**
 * Brings one file, link or empty directory to S3 unless it is there.
 *
 * @param object what S3 has under its key.
 * @returns whether it has that key now, and not the one of its compressed form.
 */
export async function uploadEntry(
  job: EntryJob,
  entry: Uploadable,
  object: ListedObject | undefined,
): Promise<boolean> {
  const { scope, bucket, tally, options } = job;
  const key = scope.prefix + entry.path;
  try {
    if (object && options.ifNoneMatch) tally.skip(entry.kind === "file" ? entry.sizeBytes : 0);
    else if (entry.kind !== "file") await uploadStandIn(job, entry, object);
    else {
      const file = { path: join(scope.directory, entry.path), key };
      return (await uploadUnlessThere(job, file, object)) === key;
    }
    return true;
  } catch (error) {
    throw lastingFailure(error, `s3://${bucket}/${key}`);
  }
}

/** A link's object holds where it leads; the marker of a directory holds nothing. */
async function uploadStandIn(
  { aws, scope, bucket, tally, options }: EntryJob,
  entry: Exclude<Uploadable, { kind: "file" }>,
  object: ListedObject | undefined,
): Promise<void> {
  const bytes = Buffer.from(entry.kind === "link" ? entry.target : "");
  if (object?.etag === hash("md5", bytes)) {
    tally.skip(0);
    return;
  }
  const found = lstatSync(join(scope.directory, entry.path), { bigint: true });
  const source = bytesSource(bytes, fileMetadata(found));
  const place = { bucket, key: scope.prefix + entry.path };
  const { outcome } = await uploadObject(aws, source, place, options);
  if (outcome === "kept") tally.skip(0);
  else tally.move(bytes.byteLength, bytes.byteLength);
}
