import { join } from "node:path";
import type { Aws } from "../aws/connect.ts";
import { RunctlError } from "../errors.ts";
import type { ManifestFile } from "../manifest.ts";
import { type Report, step } from "../progress.ts";
import { downloadPrefix } from "../transfer/download-prefix.ts";
import { type ListedPaths, createListedPaths } from "../transfer/extra-files.ts";
import { makeDurable } from "../transfer/make-durable.ts";
import type { NoteIndex } from "../transfer/note-index.ts";
import { type RunLock, lockDirectory } from "../transfer/run-lock.ts";
import { type TargetDirectory, openTargetDirectory } from "../transfer/target-directory.ts";
import type { LeftOut, TransferResult } from "../transfer/transfer-result.ts";
import { fetchAgain } from "./fill-heal.ts";
import { type ManifestDraft, draftManifest, openManifest, removeJournal } from "./fill-manifest.ts";
import { removeGone } from "./fill-remove-gone.ts";
import { type SourceSize, countOriginals, explainFullDisk, requireRoom } from "./fill-room.ts";
import { findWrongFiles, requireRight } from "./fill-verify.ts";

export interface FillOptions {
  aws: Aws;
  /** s3://bucket/prefix/ */
  source: string;
  /** Root of the mounted, writable volume. */
  directory: string;
  report: Report;
  signal?: AbortSignal;
  /** Requests at once; default 64. */
  parallel?: number;
  onProgress?: (progress: FillProgress) => void;
  /** How long one request is tried again, in milliseconds; default 120,000. */
  retryMs?: number;
}

/** Objects and bytes so far: first those that are on the volume, then those that were read back. */
export interface FillProgress {
  phase: "download" | "verify";
  objects: number;
  bytes: number;
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
 * @throws RunctlError VERIFICATION_FAILED, CONFLICT when S3 changed meanwhile or another run fills it, NOT_FOUND when
 * the prefix is empty, OPERATION_FAILED when the volume is too small, INTERRUPTED when the signal aborts.
 */
export async function fillVolume(options: FillOptions): Promise<FilledVolume> {
  const target = openTargetDirectory(options.directory);
  const lock = await lockDirectory(target.root);
  try {
    return await fillLocked(options, target, lock);
  } finally {
    lock.release();
  }
}

async function fillLocked(
  options: FillOptions,
  target: TargetDirectory,
  lock: RunLock,
): Promise<FilledVolume> {
  const start = performance.now();
  const { report, signal } = options;
  const source = parseSource(options.source);
  const inTheWay = target.ensureDirectory(".runctl");
  if (inTheWay) throw new RunctlError("CONFLICT", `${options.directory}: ${inTheWay}`);
  const name = `s3://${source.bucket}/${source.prefix}`;
  const earlier = await openManifest(target.root);
  try {
    requireSameSource(earlier.source, name);
    const room = { source, root: target.root };
    const size = await requireRoom(options.aws, room, signal);
    const onOriginal = countOriginals(room, size);
    const filled = await step(
      report,
      `download ${options.source}`,
      () =>
        download(options, {
          ...room,
          ...size,
          name,
          lock,
          onOriginal,
          earlier: earlier.notes,
        }).catch(async (error: unknown) => {
          throw await explainFullDisk(error, room, size);
        }),
      ({ result }) => `${result.objects} objects, ${result.moved} moved`,
    );
    const { draft, result, removed } = filled;
    try {
      await step(report, "read back from the disk", () =>
        verify(options, source, target.root, draft),
      );
      signal?.throwIfAborted();
      const manifestHash = await draft.finish();
      await removeJournal(join(target.root, journalPath));
      return {
        objects: result.objects,
        bytes: result.bytes,
        moved: result.moved,
        verified: draft.files,
        removed,
        refused: result.refused,
        manifestHash,
        seconds: (performance.now() - start) / 1000,
      };
    } finally {
      await draft.discard();
    }
  } finally {
    earlier.notes.close();
  }
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
  /** s3://bucket/prefix/ */
  name: string;
  root: string;
  lock: RunLock;
  /** Files of the last complete fill. */
  earlier: NoteIndex;
  onOriginal: (moreBytes: number) => void;
}

interface Filled {
  result: TransferResult;
  /** What is there now. */
  draft: ManifestDraft;
  removed: number;
}

async function download(options: FillOptions, filling: Filling): Promise<Filled> {
  const { root, earlier } = filling;
  const first = await downloadOnce(options, filling);
  try {
    // Before anything is removed: an empty prefix is a mistake sooner than a wish.
    if (first.draft.files + first.result.refused.length === 0) throw nothingUnder(options.source);
    const isWanted = (directory: string) => first.markers.hasMarker(directory);
    const removed =
      (await removeGone(root, first.gone, isWanted)) +
      (await removeGone(root, earlier.left(), isWanted));
    // A key may have been refused only because one of those files stood in its way.
    const last =
      removed > 0 && first.result.refused.length > 0
        ? await downloadOnce(options, filling)
        : undefined;
    if (last) last.result.moved += first.result.moved;
    const { result, draft } = last ?? first;
    if (draft.files === 0) throw nothingUnder(options.source);
    await makeDurable(root, []);
    return { result, draft, removed };
  } catch (error) {
    await first.draft.discard();
    throw error;
  }
}

interface Downloaded extends Omit<Filled, "removed"> {
  gone: ManifestFile[];
  /** Directories that S3 has an object for. */
  markers: ListedPaths;
}

async function downloadOnce(
  options: FillOptions,
  { source, name, root, lock, earlier, onOriginal, objects: totalObjects }: Filling,
): Promise<Downloaded> {
  const { aws, signal, parallel, onProgress, retryMs } = options;
  const draft = draftManifest(root, name);
  const gone: ManifestFile[] = [];
  const markers = createListedPaths();
  try {
    const result = await downloadPrefix(aws, source, root, {
      lock,
      journalPath: join(root, journalPath),
      known: (path) => earlier.find(path),
      onProgress: ({ objects, bytes }) =>
        onProgress?.({ phase: "download", objects, bytes, totalObjects }),
      onFile(file) {
        earlier.keep(file.path);
        draft.add(file);
      },
      onListed: (path) => void (path.endsWith("/") && markers.add(path)),
      onGone: (file) => void gone.push(file),
      onOriginal,
      parallel,
      signal,
      retryMs,
    });
    requireNoFailures(result.failed);
    return { result, draft, gone, markers };
  } catch (error) {
    await draft.discard();
    throw error;
  }
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
  draft: ManifestDraft,
): Promise<void> {
  const { aws, signal, onProgress } = options;
  const totalObjects = draft.files;
  let objects = 0;
  let bytes = 0;
  const wrong = await findWrongFiles(root, draft.read(), {
    signal,
    onFile: (file) => {
      objects += 1;
      bytes += file.sizeBytes;
      onProgress?.({ phase: "verify", objects, bytes, totalObjects });
    },
  });
  for (const file of wrong) await fetchAgain(aws, { source, root }, file, signal);
  requireRight(await findWrongFiles(root, wrong, { signal }));
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
