import { rmSync } from "node:fs";
import { join } from "node:path";
import type { ManifestFile } from "../../manifest.ts";
import { type DownloadJob, type PlacedObject, askingOf } from "../download-job.ts";
import { downloadObject } from "../download-object.ts";
import { fileChecksum } from "../file-checksum.ts";
import { type OriginalFile, readCompression, userMetadata } from "../file-metadata.ts";
import type { FileAttributes } from "../large/disk-file.ts";
import { findStored } from "../large/stored-object.ts";
import type { ListedObject } from "../s3/listing-page.ts";
import { attributesFor } from "./object-attributes.ts";
import { partPath } from "../part-file.ts";
import { findNote, isAsDownloaded } from "./recognise-file.ts";
import { restoreCompressed } from "./restore-compressed.ts";
import { wrongBytes } from "./wanted-object.ts";

/**
 * Brings an object that runctl compressed to its place as the file that it was.
 *
 * @returns undefined for any other object. Its note, where it is there now.
 */
export async function downloadCompressed(
  job: DownloadJob,
  placed: PlacedObject,
): Promise<ManifestFile | { leftOut: true } | undefined> {
  const { object, originalPath } = placed;
  if (originalPath === undefined) return undefined;
  const isPlace = typeof originalPath === "string";
  const path = isPlace ? originalPath : placed.path;
  const found = isPlace ? job.target.lookAt(path) : originalPath;
  const there = found === "free" || "reason" in found ? undefined : found;
  const noted = there && findNote(job, object, path, there);
  if (noted && !job.verify) {
    job.tally.skip(object.sizeBytes);
    return noted;
  }
  const asIs = noted ? "free" : job.target.lookAt(placed.path);
  // What comes under the object's own name was not compressed by runctl: it need not be asked for again.
  if (asIs !== "free" && !("reason" in asIs) && isAsDownloaded(job, object, placed.path, asIs)) {
    return undefined;
  }
  const { headers } = await findStored(askingOf(job, object));
  const original = readCompression(userMetadata(headers));
  if (!original) return undefined;
  if (found !== "free" && "reason" in found) {
    job.tally.refused.push({ name: object.key, reason: found.reason });
    return { leftOut: true };
  }
  const noteOf = (fileMs: number): ManifestFile => {
    const { key, etag } = object;
    const { sizeBytes, crc32: value } = original;
    return {
      path,
      key,
      sizeBytes,
      etag,
      modifiedMs: fileMs,
      checksum: { algorithm: "CRC32", value },
    };
  };
  const attributes = attributesFor(headers, object.modifiedMs);
  const { modifiedMs = object.modifiedMs } = attributes;
  // By its bytes only: reproducible builds give every version the same time.
  if (there?.size === original.sizeBytes && (await isOriginal(job, path, original))) {
    const kept = noteOf(Math.floor(there.mtimeMs));
    await job.journal.add(kept);
    job.tally.skip(object.sizeBytes);
    return kept;
  }
  job.onOriginal?.(original.sizeBytes - (there?.size ?? object.sizeBytes));
  await restore(job, object, { path, original, attributes });
  if (job.verify && !(await isOriginal(job, path, original))) {
    rmSync(join(job.target.root, path), { force: true });
    throw wrongBytes({ ...object, bucket: job.bucket }, " (read back)");
  }
  const made = noteOf(modifiedMs);
  await job.journal.add(made);
  job.tally.move(object.sizeBytes, object.sizeBytes);
  return made;
}

async function isOriginal(job: DownloadJob, path: string, original: OriginalFile) {
  const full = join(job.target.root, path);
  return (
    (await fileChecksum(full, { algorithm: "CRC32", isDirect: job.verify })) === original.crc32
  );
}

interface Restored {
  /** Relative to the target directory. */
  path: string;
  original: OriginalFile;
  attributes: FileAttributes;
}

/** The compressed bytes never stand under a name of their own: a run that ends here leaves nothing that looks done. */
async function restore(
  job: DownloadJob,
  object: ListedObject,
  { path, original, attributes }: Restored,
): Promise<void> {
  const { aws, bucket, target, flow, tally, signal, retryMs } = job;
  const full = join(target.root, path);
  const compressed = partPath(`${full}.zst\0`);
  try {
    await downloadObject(aws, { ...object, bucket }, compressed, {
      signal,
      flow,
      retryMs,
      durable: false,
      pageCache: "keep",
      onBytes: tally.progress,
    });
    await restoreCompressed(compressed, full, original, { durable: false, attributes, signal });
  } finally {
    rmSync(compressed, { force: true });
  }
}
