import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type RunctlError, isRunctlError, systemCode } from "../../errors.ts";
import type { ManifestFile } from "../../manifest.ts";
import { diskError } from "../disk-error.ts";
import { downloadCompressed } from "./download-compressed.ts";
import { type DownloadJob, type PlacedObject, askingOf } from "../download-job.ts";
import { downloadObject, smallObjectBytes } from "../download-object.ts";
import { isLinkThere, makeLink } from "./place-link.ts";
import { fetchSmall } from "./fetch-small.ts";
import { fileChecksum } from "../file-checksum.ts";
import { isSymbolicLink } from "../file-metadata.ts";
import type { ListedObject } from "../s3/listing-page.ts";
import { attributesFor, metadataOfHeaders } from "./object-attributes.ts";
import { rangesPath } from "../part-file.ts";
import { placeSmall } from "./place-small.ts";
import { recognise } from "./recognise-file.ts";
import { requireRoomForFile } from "./require-room.ts";
import { lastingFailure } from "../s3/s3-failure.ts";
import { wrongBytes } from "./wanted-object.ts";

/** So many failures have one cause, and the list of them is for a person. */
const mostFailures = 1_000;

/** Brings one object to its place unless it is there. @returns its note; undefined: it was left out, or has none. */
export async function downloadPlaced(
  job: DownloadJob,
  placed: PlacedObject,
): Promise<ManifestFile | undefined> {
  try {
    return await placeObject(job, placed);
  } catch (error) {
    if (!isOfThisObjectOnly(error) || job.tally.failed.length >= mostFailures) throw error;
    job.tally.failed.push({ name: placed.object.key, reason: error.message });
    return undefined;
  }
}

/** The same; whatever the object fails with is thrown. */
export async function placeObject(
  job: DownloadJob,
  placed: PlacedObject,
): Promise<ManifestFile | undefined> {
  try {
    const original = await downloadCompressed(job, placed);
    if (original === "not-compressed") return await downloadPlain(job, placed);
    return original === "left-out" ? undefined : original;
  } catch (error) {
    const inTheWay = describeInTheWay(error);
    if (inTheWay !== undefined) {
      job.tally.refused.push({ name: placed.object.key, reason: inTheWay });
      return undefined;
    }
    const told = lastingFailure(error, `s3://${job.bucket}/${placed.object.key}`);
    throw diskError(told, join(job.target.root, placed.path));
  }
}

/** Something took the object's place while its bytes came: another object of the prefix, or another program. */
function describeInTheWay(error: unknown): string | undefined {
  const code = systemCode(error);
  if (code === "EISDIR" || code === "ERR_FS_EISDIR" || code === "ENOTEMPTY") {
    return "a directory came in the way";
  }
  return code === "ENOTDIR" ? "a file came in the way of its directory" : undefined;
}

async function downloadPlain(
  job: DownloadJob,
  { object, path }: PlacedObject,
): Promise<ManifestFile | undefined> {
  const { target, tally } = job;
  const found = target.lookAt(path);
  if (found !== "free" && "reason" in found) {
    if (job.links === "keep" && isLinkThere(job, object, path)) {
      tally.skip(object.sizeBytes);
      return undefined;
    }
    tally.refused.push({ name: object.key, reason: found.reason });
    return undefined;
  }
  const there = found === "free" ? undefined : await recognise(job, object, path, found);
  if (there) {
    // Left when a run ended between the rename and this removal.
    if (object.sizeBytes > smallObjectBytes) {
      await rm(rangesPath(join(target.root, path)), { force: true });
    }
    if (there.note && !there.isNoted) await job.journal.add(there.note);
    tally.skip(object.sizeBytes);
    return there.note;
  }
  return object.sizeBytes <= smallObjectBytes
    ? moveSmall(job, object, path)
    : moveLarge(job, object, path);
}

async function moveSmall(job: DownloadJob, object: ListedObject, path: string) {
  const { target, tally } = job;
  const file = await fetchSmall(
    askingOf(job, object),
    ({ bytes, headers, checksum, isCompared }) => {
      if (job.links !== "content" && isSymbolicLink(metadataOfHeaders(headers))) {
        target.requireSame(path);
        return makeLink(job, path, Buffer.from(bytes).toString());
      }
      const note = placeSmall(job, { object, path }, { bytes, headers, checksum });
      return { note, isCompared };
    },
  );
  if ("refused" in file) {
    tally.refused.push({ name: object.key, reason: file.refused });
    return undefined;
  }
  if ("link" in file) {
    tally.arrive(object.sizeBytes, true);
    return undefined;
  }
  if (job.verify) await readBack(job, file.note);
  // Waits only when the disk cannot follow.
  const noted = job.journal.add(file.note);
  if (noted) await noted;
  tally.arrive(object.sizeBytes, file.isCompared);
  return file.note;
}

async function readBack(job: DownloadJob, { path, key, checksum }: ManifestFile): Promise<void> {
  const { algorithm, value } = checksum;
  const full = join(job.target.root, path);
  if ((await fileChecksum(full, { algorithm, isDirect: true })) === value) return;
  await rm(full, { force: true });
  throw wrongBytes({ bucket: job.bucket, key }, " (read back)");
}

async function moveLarge(job: DownloadJob, object: ListedObject, path: string) {
  const { aws, bucket, target, flow, tally, signal, retryMs, verify, pageCache, checksums } = job;
  const { key, etag, sizeBytes } = object;
  let modifiedMs = object.modifiedMs;
  target.requireSame(path);
  const full = join(target.root, path);
  requireRoomForFile(full, sizeBytes);
  const done = await downloadObject(aws, { ...object, bucket }, full, {
    signal,
    flow,
    // Without a checksum there is no note, which would make the name durable with others.
    durable: !checksums,
    verify,
    pageCache,
    checksums,
    retryMs,
    attributesOf(headers) {
      // What follows is the flush and the name.
      target.requireSame(path);
      const attributes = attributesFor(headers, object.modifiedMs);
      ({ modifiedMs } = attributes);
      return attributes;
    },
    onBytes: tally.progress,
  });
  tally.move(sizeBytes, done.movedBytes, done.compared !== undefined);
  if (!done.checksum) return undefined;
  const { algorithm, value } = done.checksum;
  const note = { path, key, sizeBytes, etag, modifiedMs, checksum: { algorithm, value } };
  await job.journal.add(note);
  return note;
}

/**
 * The object changed, vanished, stayed wrong, or may not be read: by a policy for it alone, or because it is archived
 * ("GetObject", Amazon S3 API Reference: InvalidObjectState, 403). The others may still come. Credentials that S3 does
 * not know are another matter (CREDENTIALS).
 */
const isOfThisObjectOnly = (error: unknown): error is RunctlError =>
  isRunctlError(error, "CONFLICT") ||
  isRunctlError(error, "NOT_FOUND") ||
  isRunctlError(error, "PERMISSION_DENIED") ||
  isRunctlError(error, "VERIFICATION_FAILED");
