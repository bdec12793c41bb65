import { type Stats, rmSync } from "node:fs";
import { join } from "node:path";
import type { ManifestFile } from "../../manifest.ts";
import { type DownloadJob, type PlacedObject, askingOf } from "../download-job.ts";
import { downloadObject } from "../download-object.ts";
import { fileChecksum } from "../file-checksum.ts";
import { userMetadata } from "../file-metadata.ts";
import type { FileAttributes } from "../large/disk-file.ts";
import { findStored } from "../large/stored-object.ts";
import type { ListedObject } from "../s3/listing-page.ts";
import { attributesFor } from "./object-attributes.ts";
import { partLockPath, partPath } from "../part-file.ts";
import { lockRun } from "../run-lock.ts";
import { findNote, isAsDownloaded } from "./recognise-file.ts";
import { requireRoomForFile } from "./require-room.ts";
import { restoreCompressed } from "./restore-compressed.ts";
import { wrongBytes } from "./wanted-object.ts";
import { type OriginalFile, readCompression } from "../compressed-form.ts";

/**
 * Brings an object that runctl compressed to its place as the file that it was.
 *
 * @returns its note, where it is there now.
 */
export async function downloadCompressed(
  job: DownloadJob,
  placed: PlacedObject,
): Promise<ManifestFile | "left-out" | "not-compressed"> {
  const { object, originalPath } = placed;
  if (originalPath === undefined) return "not-compressed";
  const place = lookAtPlace(job, originalPath);
  const noted = "path" in place && place.there && findNote(job, object, place.path, place.there);
  if (noted && !job.verify) {
    job.tally.skip(object.sizeBytes);
    return noted;
  }
  // What comes under the object's own name was not compressed by runctl: it need not be asked for again.
  if (!noted && isThereAsItIs(job, placed)) return "not-compressed";
  const { headers } = await findStored(askingOf(job, object));
  const original = readCompression(userMetadata(headers));
  if (!original) return "not-compressed";
  if ("reason" in place) {
    job.tally.refused.push({ name: object.key, reason: place.reason });
    return "left-out";
  }
  return bringOriginal(job, object, {
    ...place,
    original,
    attributes: attributesFor(headers, object.modifiedMs),
  });
}

interface OriginalPlace {
  /** Relative to the target directory. */
  path: string;
  /** The file that has the place now. */
  there: Stats | undefined;
}

function lookAtPlace(
  { target }: DownloadJob,
  originalPath: string | { reason: string },
): OriginalPlace | { reason: string } {
  if (typeof originalPath !== "string") return originalPath;
  const found = target.lookAt(originalPath);
  if (found === "free") return { path: originalPath, there: undefined };
  return "reason" in found ? found : { path: originalPath, there: found };
}

function isThereAsItIs(job: DownloadJob, { object, path }: PlacedObject): boolean {
  const found = job.target.lookAt(path);
  return found !== "free" && !("reason" in found) && isAsDownloaded(job, object, path, found);
}

interface Restored extends OriginalPlace {
  original: OriginalFile;
  attributes: FileAttributes & { modifiedMs: number };
}

/** Makes the file, unless it is there. */
async function bringOriginal(
  job: DownloadJob,
  object: ListedObject,
  restored: Restored,
): Promise<ManifestFile> {
  const { path, there, original, attributes } = restored;
  const { bucket, target, tally } = job;
  // By its bytes only: reproducible builds give every version the same time.
  const isThere = there?.size === original.sizeBytes && (await isOriginal(job, path, original));
  if (!isThere) {
    job.onOriginal?.(original.sizeBytes - (there?.size ?? object.sizeBytes));
    await restore(job, object, restored);
    if (job.verify && !(await isOriginal(job, path, original))) {
      rmSync(join(target.root, path), { force: true });
      throw wrongBytes({ ...object, bucket }, " (read back)");
    }
  }
  const { key, etag } = object;
  const { sizeBytes, crc32: value } = original;
  const note: ManifestFile = {
    path,
    key,
    sizeBytes,
    etag,
    modifiedMs: isThere ? Math.floor(there.mtimeMs) : attributes.modifiedMs,
    checksum: { algorithm: "CRC32", value },
  };
  await job.journal.add(note);
  if (isThere) tally.skip(object.sizeBytes);
  else tally.move(object.sizeBytes, object.sizeBytes);
  return note;
}

async function isOriginal(job: DownloadJob, path: string, original: OriginalFile) {
  const full = join(job.target.root, path);
  return (
    (await fileChecksum(full, { algorithm: "CRC32", isDirect: job.verify })) === original.crc32
  );
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
  requireRoomForFile(full, original.sizeBytes);
  const lock = await lockRun(partLockPath(full), full);
  try {
    await downloadObject(aws, { ...object, bucket }, compressed, {
      signal,
      flow,
      retryMs,
      durable: false,
      pageCache: "keep",
      onBytes: tally.progress,
    });
    await restoreCompressed(compressed, full, original, { attributes, signal });
  } finally {
    rmSync(compressed, { force: true });
    lock.release();
  }
}
