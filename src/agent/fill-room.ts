import { lstatSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Aws } from "../aws/connect.ts";
import { RunctlError, systemCode } from "../errors.ts";
import { listObjects } from "../transfer/list-objects.ts";
import { partPath } from "../transfer/part-file.ts";
import { placeKey } from "../transfer/place-key.ts";
import { originalName } from "../transfer/compressed-form.ts";

/** What lies under a prefix of S3. */
export interface SourceSize {
  objects: number;
  bytes: number;
}

/** What was found before a byte was moved. */
export interface MeasuredRoom extends SourceSize {
  /** What the volume had room for. */
  freeBytes: number;
  /** Of that, what the objects take if each becomes a file as it is in S3. */
  bytesToCome: number;
}

/** Where it shall go. */
export interface Room {
  source: { bucket: string; prefix: string };
  /** Root of the mounted volume. */
  root: string;
}

/** The smallest piece that ext4 and XFS give to a file on the volumes that runctl formats. */
const blockBytes = 4_096;

/**
 * Lists the source and compares it with the room on the volume before a byte is moved: a download that is bound
 * to fail would take hours to do so. Files that are there already count as room.
 *
 * @throws RunctlError OPERATION_FAILED naming both sizes.
 */
export async function requireRoom(
  aws: Aws,
  room: Room,
  signal?: AbortSignal,
): Promise<MeasuredRoom> {
  const { source, root } = room;
  const size: SourceSize = { objects: 0, bytes: 0 };
  let bytesToCome = 0;
  let filesToCome = 0;
  for await (const { key, sizeBytes } of listObjects(aws, source, { signal })) {
    const placement = placeKey(key.slice(source.prefix.length), sizeBytes);
    if (placement.kind !== "file") continue;
    size.objects += 1;
    size.bytes += sizeBytes;
    const there = bytesAt(join(root, placement.path));
    if (there === undefined && hasOriginal(root, placement.path)) continue;
    filesToCome += there === undefined ? 1 : 0;
    bytesToCome += roundUp(sizeBytes) - (there ?? 0);
  }
  const { bavail, bsize, ffree } = await statfs(root);
  const freeBytes = bavail * bsize;
  if (bytesToCome > freeBytes) throw tooSmall(room, size, freeBytes);
  if (filesToCome > ffree) throw tooManyFiles(room, size, ffree);
  return { ...size, freeBytes, bytesToCome };
}

/**
 * Counts what compressed objects unpack to, which no listing says. It is their metadata that says so: believed to stop
 * a fill that is bound to fail, and for nothing else.
 *
 * @returns takes the bytes that one more file has above those of its object, or of the file in its place.
 * @throws RunctlError OPERATION_FAILED from it, once they do not fit.
 */
export function countOriginals(room: Room, measured: MeasuredRoom): (moreBytes: number) => void {
  const { objects, freeBytes, bytesToCome } = measured;
  let moreBytes = 0;
  return (bytes) => {
    moreBytes += bytes;
    if (bytesToCome + moreBytes <= freeBytes) return;
    const size = { objects, bytes: measured.bytes + moreBytes };
    throw tooSmall(room, size, freeBytes, { unpacked: true });
  };
}

/** What a full disk in the middle of a fill is told as: S3 grew meanwhile, or directories took the rest. */
export async function explainFullDisk(error: unknown, room: Room, size: SourceSize) {
  if (!isFullDisk(error)) return error;
  const { bavail, bsize } = await statfs(room.root);
  return tooSmall(room, size, bavail * bsize, { cause: error });
}

function isFullDisk(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return systemCode(error) === "ENOSPC" || isFullDisk(error.cause);
}

/** What a file, or the part of it that an earlier run left, takes of the disk; undefined: there is none. */
function bytesAt(path: string): number | undefined {
  try {
    const found =
      lstatSync(path, { throwIfNoEntry: false }) ??
      lstatSync(partPath(path), { throwIfNoEntry: false });
    // "stat(2)": st_blocks counts units of 512 bytes.
    return found?.isFile() ? found.blocks * 512 : undefined;
  } catch {
    // A file stands where a directory is needed: `downloadPrefix` refuses the key.
    return undefined;
  }
}

/** What was compressed is there under its own name; whether it is still the same shows when S3 is asked about it. */
function hasOriginal(root: string, path: string): boolean {
  const original = originalName(path);
  return original !== undefined && bytesAt(join(root, original)) !== undefined;
}

const roundUp = (bytes: number) => Math.ceil(bytes / blockBytes) * blockBytes;

function tooSmall(
  { source }: Room,
  size: SourceSize,
  freeBytes: number,
  { cause, unpacked = false }: { cause?: unknown; unpacked?: boolean } = {},
) {
  const bytes = `${inGiB(size.bytes)}${unpacked ? " unpacked" : ""}`;
  return new RunctlError(
    "OPERATION_FAILED",
    `${addressOf(source)} has ${bytes} in ${size.objects} objects, the volume has room for ${inGiB(freeBytes)}`,
    { hint: "fill a larger volume", cause },
  );
}

function tooManyFiles({ source }: Room, { objects }: SourceSize, free: number): RunctlError {
  return new RunctlError(
    "OPERATION_FAILED",
    `${addressOf(source)} has ${objects} objects, the file system has room for ${free} files`,
    { hint: "fill a larger volume, or one made with --fs xfs, which has no such limit" },
  );
}

const addressOf = ({ bucket, prefix }: Room["source"]) => `s3://${bucket}/${prefix}`;

const inGiB = (bytes: number) => `${(bytes / 2 ** 30).toFixed(bytes < 2 ** 30 ? 3 : 1)} GiB`;
