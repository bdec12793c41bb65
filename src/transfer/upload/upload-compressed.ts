import { existsSync } from "node:fs";
import type { Aws } from "../../aws/connect.ts";
import { readFully } from "../http/body.ts";
import { compressedParts } from "./compressed-parts.ts";
import { headOf, originalOf } from "./object-head.ts";
import { pieceCrc32 } from "./piece-checksum.ts";
import { planParts } from "./plan-parts.ts";
import { createSlots } from "../slots.ts";
import {
  type ObjectPlace,
  type UploadOptions,
  type UploadedObject,
  keptObject,
  startUpload,
} from "./upload-job.ts";
import { uploadObject } from "./upload-object.ts";
import { type NumberedPiece, uploadParts } from "./upload-parts.ts";
import { type FileSource, bytesSource, changedFile } from "./upload-source.ts";
import { probeBytes, shrinks } from "./zstd-compress.ts";
import { type OriginalFile, compressedSuffix, compressionMetadata } from "../compressed-form.ts";

/**
 * Above this, parts of unknown number would have to be so large that a few of them fill the memory: 10,000 parts of
 * 64 MiB.
 */
const mostBytes = 10_000 * 64 * 1024 * 1024;

/** Files that are compressed at once: each keeps several frames and parts in memory. */
const compressing = createSlots(4);

/**
 * Stores a file as `.zst`, with its size and checksum in the metadata, by which the download restores it.
 *
 * @param place as it would be uncompressed.
 * @param path of the file.
 * @returns undefined when it should be stored as it is: it does not shrink, or the name with `.zst` is taken, here by
 * another file or in S3 by an object that runctl did not make or may not look at.
 */
export async function uploadCompressed(
  aws: Aws,
  file: FileSource,
  { bucket, key, path }: ObjectPlace & { path: string },
  options: UploadOptions,
): Promise<UploadedObject | undefined> {
  if (file.sizeBytes > mostBytes || existsSync(path + compressedSuffix)) return undefined;
  return compressing.run(async () => {
    const start = await readFully(file, 0, Math.min(probeBytes, file.sizeBytes));
    if (!(await shrinks(start))) return undefined;
    const place = { bucket, key: key + compressedSuffix };
    const head = await headOf(startUpload(aws, place, options));
    const there = originalOf(head);
    if (head && !there) return undefined;
    const original = await look(file, options.signal);
    if (there && there.sizeBytes === original.sizeBytes && there.crc32 === original.crc32)
      return keptObject;
    return send(aws, file, { ...place, path, original }, options);
  });
}

/** Read before it is compressed, because the metadata is sent before the bytes. */
async function look(file: FileSource, signal: AbortSignal | undefined): Promise<OriginalFile> {
  const { sizeBytes } = file;
  return { sizeBytes, crc32: await pieceCrc32({ source: file, start: 0, sizeBytes }, signal) };
}

async function send(
  aws: Aws,
  file: FileSource,
  { path, original, ...place }: ObjectPlace & { path: string; original: OriginalFile },
  options: UploadOptions,
): Promise<UploadedObject> {
  const metadata = { ...file.metadata, ...compressionMetadata(original) };
  // A little more than the file: what does not shrink further on gets a few bytes longer.
  const { partBytes } = planParts(Math.ceil(file.sizeBytes * 1.01));
  const parts = compressedParts(file, partBytes, (crc32) => {
    file.requireUnchanged();
    if (crc32 !== original.crc32) throw changedFile(path);
  });
  const first = await parts.next();
  const second = first.done ? first : await parts.next();
  if (second.done) {
    return uploadObject(aws, bytesSource(first.value ?? Buffer.alloc(0), metadata), place, options);
  }
  const pieces = piecesOf([first.value!, second.value], parts);
  const requireUnchanged = () => file.requireUnchanged();
  const object = { pieces, atOnce: partsAtOnce, metadata, from: path, requireUnchanged };
  return uploadParts(startUpload(aws, place, options), object);
}

/** Each is in memory. */
const partsAtOnce = 2;

async function* piecesOf(
  first: readonly Buffer[],
  rest: AsyncIterable<Buffer>,
): AsyncGenerator<NumberedPiece> {
  let partNumber = 0;
  const pieceOf = (bytes: Buffer) => {
    partNumber += 1;
    return { partNumber, source: bytesSource(bytes), start: 0, sizeBytes: bytes.byteLength };
  };
  for (const bytes of first) yield pieceOf(bytes);
  for await (const bytes of rest) yield pieceOf(bytes);
}
