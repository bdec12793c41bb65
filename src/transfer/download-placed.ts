import { createHash } from "node:crypto";
import { type Stats, createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Aws } from "../aws/connect.ts";
import type { S3Object } from "../aws/s3-objects.ts";
import { type RunctlError, isRunctlError } from "../errors.ts";
import type { ManifestFile } from "../manifest.ts";
import { isMd5Etag } from "../object-checksum.ts";
import type { DownloadJournal } from "./download-journal.ts";
import { downloadObject, smallObjectBytes } from "./download-object.ts";
import { rangesPath } from "./part-file.ts";
import type { Slots } from "./slots.ts";
import type { TargetDirectory } from "./target-directory.ts";
import type { Tally } from "./transfer-result.ts";

/** What the downloads of one prefix share. */
export interface DownloadJob {
  aws: Aws;
  bucket: string;
  target: TargetDirectory;
  journal: DownloadJournal;
  tally: Tally;
  slots: Slots;
  known(path: string): ManifestFile | undefined;
  signal?: AbortSignal;
  retryMs?: number;
}

export interface PlacedObject {
  object: S3Object;
  /** Relative to the target directory. */
  path: string;
}

/** Brings one object to its place unless it is there. @returns undefined when it was left out. */
export async function downloadPlaced(
  job: DownloadJob,
  { object, path }: PlacedObject,
): Promise<ManifestFile | undefined> {
  const found = job.target.lookAt(path);
  if (found !== "free" && "reason" in found) {
    job.tally.refused.push({ name: object.key, reason: found.reason });
    return undefined;
  }
  const there = found === "free" ? undefined : await recognise(job, object, path, found);
  if (there) {
    // Left when a run ended between the rename and this removal.
    if (object.sizeBytes > smallObjectBytes) {
      await rm(rangesPath(join(job.target.root, path)), { force: true });
    }
    job.tally.skip(object.sizeBytes);
    return there;
  }
  try {
    return await fetch(job, object, path);
  } catch (error) {
    if (!isOfThisObjectOnly(error)) throw error;
    job.tally.failed.push({ name: object.key, reason: error.message });
    return undefined;
  }
}

async function fetch(job: DownloadJob, object: S3Object, path: string): Promise<ManifestFile> {
  const { aws, bucket, target, slots, tally, signal, retryMs } = job;
  const { key, etag, lastModified } = object;
  const options = {
    slots,
    durable: false,
    onBytes: tally.progress,
    ...(signal ? { signal } : {}),
    ...(retryMs === undefined ? {} : { retryMs }),
  };
  const done = await downloadObject(aws, { bucket, ...object }, join(target.root, path), options);
  const { sizeBytes, checksum } = done;
  const modifiedMs = lastModified.getTime();
  const file: ManifestFile = {
    path,
    key,
    sizeBytes,
    etag,
    modifiedMs,
    checksum,
  };
  await job.journal.add(file);
  tally.move(sizeBytes, done.movedBytes);
  return file;
}

/** The file that is there, if it is surely this version of the object. */
async function recognise(
  job: DownloadJob,
  object: S3Object,
  path: string,
  found: Stats,
): Promise<ManifestFile | undefined> {
  if (found.size !== object.sizeBytes) return undefined;
  const note = job.known(path);
  if (note?.etag === object.etag && note.key === object.key && hasTime(found, note)) return note;
  if (!isMd5Etag(object.etag)) return undefined;
  const { md5, sha256 } = await hashes(join(job.target.root, path), job.signal);
  if (md5 !== object.etag) return undefined;
  const { key, sizeBytes, etag } = object;
  const checksum = { algorithm: "MD5", value: md5 } as const;
  // Without the object's time, which the file may not have: a later change of the file must show.
  const modifiedMs = Math.floor(found.mtimeMs);
  const file: ManifestFile = { path, key, sizeBytes, etag, modifiedMs, checksum, sha256 };
  await job.journal.add(file);
  return file;
}

const hasTime = (found: Stats, note: ManifestFile) => Math.abs(found.mtimeMs - note.modifiedMs) < 1;

async function hashes(path: string, signal: AbortSignal | undefined) {
  const md5 = createHash("md5");
  const sha256 = createHash("sha256");
  await pipeline(
    createReadStream(path, { highWaterMark: 1024 * 1024 }),
    async (bytes: AsyncIterable<Buffer>) => {
      for await (const piece of bytes) {
        md5.update(piece);
        sha256.update(piece);
      }
    },
    signal ? { signal } : {},
  );
  return { md5: md5.digest("hex"), sha256: sha256.digest("hex") };
}

/** The object changed, vanished or stayed wrong; the others may still come. */
const isOfThisObjectOnly = (error: unknown): error is RunctlError =>
  isRunctlError(error, "CONFLICT") ||
  isRunctlError(error, "NOT_FOUND") ||
  isRunctlError(error, "VERIFICATION_FAILED");
