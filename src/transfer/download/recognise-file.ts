import type { Stats } from "node:fs";
import { join } from "node:path";
import type { ManifestFile } from "../../manifest.ts";
import { type StoredChecksum, isMd5Etag } from "../../object-checksum.ts";
import { type DownloadJob, askingOf } from "../download-job.ts";
import { fileChecksum } from "../file-checksum.ts";
import { type StoredObject, findStored, partSizesOf } from "../large/stored-object.ts";
import { metadataOfHeaders } from "./object-attributes.ts";
import type { ListedObject } from "../s3/listing-page.ts";

/** The file is this version of the object. */
export interface Recognised {
  /** Undefined: its size and time say so, and nobody read it. */
  note: ManifestFile | undefined;
  /** It was noted before. */
  isNoted: boolean;
}

const hasTime = (found: Stats, ms: number) => Math.abs(found.mtimeMs - ms) < 1;

/**
 * S3 tells when an object was made in whole seconds: of two versions of one second, which the file is cannot be known.
 * Longer than that, as a file may take its time to come, and the clock that it stamps may be ahead of S3's.
 */
const settledMs = 60_000;

/** The file's time says that it is this version: it is the object's, and the file is so much younger that no other has it. */
const hasItsTime = (
  { trustTimes, verify }: DownloadJob,
  { modifiedMs }: ListedObject,
  found: Stats,
): boolean =>
  trustTimes &&
  !verify &&
  hasTime(found, modifiedMs) &&
  // When its name, bytes or times were changed last, which no program can put back.
  found.ctimeMs - modifiedMs > settledMs;

/** What an earlier run noted of the file, if it is still as it was then. */
export function findNote(
  job: Pick<DownloadJob, "known">,
  { key, etag }: ListedObject,
  path: string,
  found: Stats,
): ManifestFile | undefined {
  const note = job.known(path);
  if (note?.etag !== etag || note.key !== key) return undefined;
  return note.sizeBytes === found.size && hasTime(found, note.modifiedMs) ? note : undefined;
}

/** The file is as a download left it: what a note says, or size and time, without asking S3 or reading it. */
export function isAsDownloaded(
  job: DownloadJob,
  object: ListedObject,
  path: string,
  found: Stats,
): boolean {
  if (job.verify || found.size !== object.sizeBytes) return false;
  return hasItsTime(job, object, found) || findNote(job, object, path, found) !== undefined;
}

/**
 * Whether the file that is there is surely this version of the object: by a note, by size and time, or by reading
 * it and comparing the checksum that S3 has.
 */
export async function recognise(
  job: DownloadJob,
  object: ListedObject,
  path: string,
  found: Stats,
): Promise<Recognised | undefined> {
  if (found.size !== object.sizeBytes) return undefined;
  const note = findNote(job, object, path, found);
  if (note && !job.verify) return { note, isNoted: true };
  if (hasItsTime(job, object, found)) return { note: undefined, isNoted: false };
  const read = (checksum: StoredChecksum) => hasChecksum(job, object, path, checksum);
  if (note && (await read(note.checksum))) return { note, isNoted: true };
  const asNote = (checksum: ManifestFile["checksum"]): Recognised => {
    const { key, sizeBytes, etag } = object;
    // Not the object's time, which the file may not have: a later change of the file must show.
    const modifiedMs = Math.floor(found.mtimeMs);
    return { note: { path, key, sizeBytes, etag, modifiedMs, checksum }, isNoted: false };
  };
  if (isMd5Etag(object.etag)) {
    const checksum = { algorithm: "MD5", value: object.etag } as const;
    if (await read(checksum)) return asNote(checksum);
    // An ETag of 32 digits is not always the MD5, but a question costs as much as a small object.
    if (object.sizeBytes <= worthAskingBytes) return undefined;
  }
  return recogniseByHead(job, object, { path, found, read, asNote });
}

const worthAskingBytes = 1024 * 1024;

interface Looked {
  path: string;
  found: Stats;
  read: (checksum: StoredChecksum) => Promise<boolean>;
  asNote: (checksum: ManifestFile["checksum"]) => Recognised;
}

async function recogniseByHead(
  job: DownloadJob,
  object: ListedObject,
  { path, found, read, asNote }: Looked,
): Promise<Recognised | undefined> {
  const stored: StoredObject = await findStored(askingOf(job, object));
  const { checksum } = stored;
  if (!checksum) {
    const { modifiedMs } = metadataOfHeaders(stored.headers);
    const isTrusted = job.trustTimes && !job.verify && modifiedMs !== undefined;
    return isTrusted && hasTime(found, modifiedMs)
      ? { note: undefined, isNoted: false }
      : undefined;
  }
  if (!(await read(checksum))) return undefined;
  if (checksum.parts === undefined) return asNote(checksum);
  const algorithm = "CRC64NVME";
  return asNote({ algorithm, value: await fileChecksum(fullPath(job, path), { algorithm }) });
}

async function hasChecksum(
  job: DownloadJob,
  object: ListedObject,
  path: string,
  { algorithm, value, parts }: StoredChecksum,
): Promise<boolean> {
  const reading = {
    algorithm,
    isDirect: job.verify,
    partSizes: parts === undefined ? undefined : await partSizesOf(askingOf(job, object), parts),
    signal: job.signal,
  };
  return (await fileChecksum(fullPath(job, path), reading)) === value;
}

const fullPath = (job: DownloadJob, path: string) => join(job.target.root, path);
