import { join } from "node:path";
import type { Aws } from "../aws/connect.ts";
import { RunctlError } from "../errors.ts";
import type { ManifestFile } from "../manifest.ts";
import { type Report, step } from "../progress.ts";
import { downloadObject } from "../transfer/download-object.ts";
import { type DownloadedPrefix, downloadPrefix } from "../transfer/download-prefix.ts";
import { makeDurable } from "../transfer/make-durable.ts";
import { openTargetDirectory } from "../transfer/target-directory.ts";
import type { LeftOut, TransferProgress } from "../transfer/transfer-result.ts";
import { readManifest, removeJournal, writeManifest } from "./fill-manifest.ts";
import { removeGone } from "./fill-remove-gone.ts";
import { explainFullDisk, requireRoom, type SourceSize } from "./fill-room.ts";
import { findWrongFiles, requireRight } from "./fill-verify.ts";

export interface FillOptions {
  aws: Aws;
  /** s3://bucket/prefix/ */
  source: string;
  /** Root of the mounted, writable volume. */
  directory: string;
  report: Report;
  signal?: AbortSignal;
  /** Requests at once; default 32. */
  parallel?: number;
  onProgress?: (progress: FillProgress) => void;
  /** How long one request is tried again, in milliseconds; default 120,000. */
  retryMs?: number;
}

/** Objects and bytes so far: first those that are on the volume, then those that were read back. */
export interface FillProgress extends TransferProgress {
  phase: "download" | "verify";
  totalObjects: number;
}

export interface FilledVolume {
  objects: number;
  bytes: number;
  /** Objects that this run had to fetch. */
  moved: number;
  /** Objects that were read back from the disk and are right. */
  verified: number;
  /** Files of an earlier fill that S3 has no more. */
  removed: number;
  /** Keys that cannot be files; the manifest does not have them, so the volume is not all of the prefix. */
  refused: LeftOut[];
  /** For the tag `runctl:manifest`. */
  manifestHash: string;
  seconds: number;
}

const journalPath = ".runctl/journal";

/**
 * Makes a volume hold what a prefix of S3 holds, and proves it: every byte is read back from the disk before the
 * manifest is written. Killed at any point and run again, it moves only what is missing.
 *
 * @throws RunctlError VERIFICATION_FAILED, CONFLICT when S3 changed meanwhile, NOT_FOUND when the prefix is empty,
 * OPERATION_FAILED when the volume is too small, INTERRUPTED when the signal aborts.
 */
export async function fillVolume(options: FillOptions): Promise<FilledVolume> {
  const start = performance.now();
  const { report, signal } = options;
  const source = parseSource(options.source);
  const target = openTargetDirectory(options.directory);
  const inTheWay = target.ensureDirectory(".runctl");
  if (inTheWay) throw new RunctlError("CONFLICT", `${options.directory}: ${inTheWay}`);
  const earlier = await readManifest(target.root);
  const name = `s3://${source.bucket}/${source.prefix}`;
  requireSameSource(earlier.source, name);

  const room = { source, root: target.root };
  const size = await requireRoom(options.aws, room, signal);
  const { filled, removed } = await step(
    report,
    `download ${options.source}`,
    () =>
      download(options, { ...room, ...size, earlier: earlier.files }).catch(
        async (error: unknown) => {
          throw await explainFullDisk(error, room, size);
        },
      ),
    (done) => `${done.filled.objects} objects, ${done.filled.moved} moved`,
  );
  const { files } = filled;
  await step(report, "read back from the disk", () => verify(options, source, target.root, files));
  signal?.throwIfAborted();
  const manifestHash = await writeManifest(target.root, name, files);
  await removeJournal(join(target.root, journalPath));
  return {
    objects: filled.objects,
    bytes: filled.bytes,
    moved: filled.moved,
    verified: files.length,
    removed,
    refused: filled.refused,
    manifestHash,
    seconds: (performance.now() - start) / 1000,
  };
}

/** The files of another source would be removed, as S3 does not have them under this one. */
function requireSameSource(earlier: string | undefined, now: string): void {
  if (earlier === undefined || earlier === now) return;
  throw new RunctlError("CONFLICT", `the volume was filled from ${earlier}, not from ${now}`, {
    hint: "fill another volume, or the same source again",
  });
}

interface Source {
  bucket: string;
  prefix: string;
}

interface Filling extends SourceSize {
  source: Source;
  root: string;
  /** Files of the last complete fill, by path. */
  earlier: ReadonlyMap<string, ManifestFile>;
}

async function download(
  options: FillOptions,
  { source, root, earlier, objects: totalObjects }: Filling,
): Promise<{ filled: DownloadedPrefix; removed: number }> {
  const { aws, signal, parallel = 32, onProgress, retryMs } = options;
  const run = () =>
    downloadPrefix(aws, source, root, {
      parallel,
      journalPath: join(root, journalPath),
      known: (path) => earlier.get(path),
      onProgress: (progress) => onProgress?.({ ...progress, phase: "download", totalObjects }),
      ...(signal ? { signal } : {}),
      ...(retryMs === undefined ? {} : { retryMs }),
    });
  let filled = await run();
  requireNoFailures(filled.failed);
  // Before anything is removed: an empty prefix is a mistake sooner than a wish.
  if (filled.files.length + filled.refused.length === 0) throw nothingUnder(options.source);
  const kept = new Set(filled.files.map((file) => file.path));
  const gone = [...filled.gone, ...earlier.values()];
  const removed = await removeGone(root, gone, kept);
  // A key may have been refused only because one of those files stood in its way.
  if (removed.length > 0 && filled.refused.length > 0) {
    const { moved } = filled;
    filled = await run();
    filled.moved += moved;
    requireNoFailures(filled.failed);
  }
  if (filled.files.length === 0) throw nothingUnder(options.source);
  await makeDurable(root, []);
  return { filled, removed: removed.length };
}

const nothingUnder = (source: string) =>
  new RunctlError("NOT_FOUND", `there is no object under ${source} that can be a file`);

function requireNoFailures(failed: readonly LeftOut[]): void {
  const [first] = failed;
  if (!first) return;
  throw new RunctlError("CONFLICT", `${failed.length} objects failed; the first: ${first.reason}`, {
    hint: "run the same command again: it moves only what is missing",
  });
}

/** Wrong files are fetched once more; what is wrong then is wrong for good. */
async function verify(
  options: FillOptions,
  source: Source,
  root: string,
  files: readonly ManifestFile[],
): Promise<void> {
  const { aws, signal, onProgress } = options;
  let objects = 0;
  let bytes = 0;
  const wrong = await findWrongFiles(root, files, {
    ...(signal ? { signal } : {}),
    onFile: (file) => {
      objects += 1;
      bytes += file.sizeBytes;
      onProgress?.({ phase: "verify", objects, bytes, totalObjects: files.length });
    },
  });
  for (const file of wrong) {
    const { key, etag, sizeBytes, modifiedMs } = file;
    const object = {
      bucket: source.bucket,
      key,
      etag,
      sizeBytes,
      lastModified: new Date(modifiedMs),
    };
    await downloadObject(aws, object, join(root, file.path), signal ? { signal } : {});
  }
  requireRight(await findWrongFiles(root, wrong, signal ? { signal } : {}));
}

function parseSource(text: string): Source {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(text);
  if (!match) throw new RunctlError("USAGE", `'${text}' is not an S3 address`);
  const prefix = match[2] ?? "";
  return {
    bucket: match[1]!,
    prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`,
  };
}
