import type { Aws } from "../aws/connect.ts";
import { diskError } from "./disk-error.ts";
import { isRunctlError, systemCode } from "../errors.ts";
import { createFormWatch, deleteEarlierForms } from "./upload/earlier-forms.ts";
import { eachParallel } from "./each-parallel.ts";
import { type FlowControl, createFlowControl } from "./flow-control.ts";
import type { ListedObject } from "./s3/listing-page.ts";
import type { Pair } from "./upload/pair-by-key.ts";
import { createReadPace } from "./upload/read-pace.ts";
import {
  type TransferProgress,
  type TransferResult,
  createTally,
  interrupted,
} from "./transfer-result.ts";
import { type EntryJob, type Uploadable, uploadEntry } from "./upload/upload-entry.ts";
import type { UploadOptions } from "./upload/upload-job.ts";
import { type UploadScope, mayChange, pairsOf, takesPart } from "./upload-scope.ts";

export interface UploadDirectoryOptions extends Pick<
  UploadOptions,
  "signal" | "ifNoneMatch" | "journal" | "retryMs"
> {
  /** Requests at once, and their bandwidth; default: as many as pay, without a limit. */
  flow?: FlowControl;
  onProgress?: (progress: TransferProgress) => void;
}

/** A PUT of a small file waits for S3 nearly all the time. */
export const filesAtOnce = 64;

/**
 * Uploads what takes part of a directory, each file as `prefix` and its relative path, an empty directory as a marker
 * whose key ends in a slash. What S3 has already is skipped. Objects without a file are left alone, but for the
 * compressed form that an earlier upload made of a file whose plain object is there now.
 *
 * @throws RunctlError INTERRUPTED when the signal aborts; what S3 has stays.
 */
export async function uploadDirectory(
  aws: Aws,
  scope: UploadScope,
  options: UploadDirectoryOptions = {},
): Promise<TransferResult> {
  const { onProgress, flow = createFlowControl({ parallel: filesAtOnce }), ...rest } = options;
  const { signal, retryMs } = rest;
  const tally = createTally(onProgress, flow);
  const job: EntryJob = {
    aws,
    scope,
    bucket: scope.bucket,
    compress: scope.compress ?? false,
    tally,
    pace: createReadPace(),
    options: { ...rest, flow, onBytes: tally.progress },
  };
  try {
    const forms: string[] = [];
    /** Paths that S3 has only compressed, or not at all. */
    const notPlain = new Set<string>();
    const pairs = wantedPairs(job, pairsOf(aws, scope, { signal, retryMs }), forms);
    await eachParallel(pairs, flow.count, async ({ file, object }) => {
      signal?.throwIfAborted();
      try {
        if (!(await uploadEntry(job, file, object))) notPlain.add(file.path);
      } catch (error) {
        if (!isOfThisFileOnly(error)) throw error;
        notPlain.add(file.path);
        tally.failed.push({ name: file.path, reason: error.message });
      }
    });
    if (!rest.ifNoneMatch) {
      const replaced = forms
        .filter((path) => !notPlain.has(path))
        .map((path) => scope.prefix + path);
      tally.failed.push(...(await deleteEarlierForms(aws, scope.bucket, replaced, job.options)));
    }
    return tally.result();
  } catch (error) {
    throw signal?.aborted ? interrupted(error) : diskError(error, scope.directory);
  }
}

interface WantedPair {
  file: Uploadable;
  object: ListedObject | undefined;
}

/**
 * The pairs with a file that takes part; what was refused is noted.
 *
 * @param forms gets the paths of files that may have a compressed form beside them.
 */
async function* wantedPairs(
  { scope, tally }: EntryJob,
  pairs: AsyncIterable<Pair>,
  forms: string[],
): AsyncGenerator<WantedPair> {
  const watch = createFormWatch();
  for await (const { file, object } of pairs) {
    if (!file) {
      const path = object.key.slice(scope.prefix.length);
      const plain = watch.plainOf(path);
      if (plain !== undefined && mayChange(scope, path)) forms.push(plain);
      continue;
    }
    if (file.kind === "skipped" || !takesPart(scope, file.path)) continue;
    if (file.kind === "file") watch.file(file.path);
    if (file.kind === "refused") tally.refused.push({ name: file.path, reason: file.reason });
    else {
      tally.expect(1, file.kind === "file" ? file.sizeBytes : 0);
      yield { file, object };
    }
  }
  tally.expectNoMore();
}

/** The file changed, vanished or may not be read, or S3 does not take it; the others can still go. */
const isOfThisFileOnly = (error: unknown): error is Error =>
  isRunctlError(error, "CONFLICT") ||
  isRunctlError(error, "VERIFICATION_FAILED") ||
  isOfFile(isRunctlError(error, "OPERATION_FAILED") ? error.cause : error);

/** What the file system says of one file, and not of all of them. */
const fileTrouble = new Set([
  "ENOENT",
  "ENOTDIR",
  "ENXIO",
  "EACCES",
  "EPERM",
  "EIO",
  "ESTALE",
  "ELOOP",
]);

const isOfFile = (error: unknown) =>
  error instanceof Error && "syscall" in error && fileTrouble.has(systemCode(error) ?? "");
