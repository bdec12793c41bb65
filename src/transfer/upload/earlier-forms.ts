import type { Aws } from "../../aws/connect.ts";
import { deleteKeys } from "../delete-keys.ts";
import { eachParallel } from "../each-parallel.ts";
import { headOf, originalOf } from "./object-head.ts";
import type { LeftOut } from "../transfer-result.ts";
import { type UploadOptions, startUpload } from "./upload-job.ts";
import { compressedSuffix, originalName } from "../compressed-form.ts";

/**
 * Deletes the `.zst` that an earlier upload made of files whose plain objects are in S3 now: it is the same file with
 * old content, which a download would restore. What runctl did not make stays.
 *
 * @param keys of the plain objects.
 * @returns what S3 did not delete, and why.
 */
export async function deleteEarlierForms(
  aws: Aws,
  bucket: string,
  keys: readonly string[],
  options: UploadOptions,
): Promise<LeftOut[]> {
  const ours: string[] = [];
  await eachParallel(keys, options.flow?.count ?? 1, async (plain) => {
    options.signal?.throwIfAborted();
    const key = plain + compressedSuffix;
    const head = await headOf(startUpload(aws, { bucket, key }, options));
    if (originalOf(head)) ours.push(key);
  });
  if (ours.length === 0) return [];
  const { signal, flow, retryMs } = options;
  const left = await deleteKeys(aws, bucket, ours, { signal, flow, retryMs });
  return left.map(({ name, reason }) => ({
    name,
    reason: `an earlier form of the file, with old content, could not be deleted: ${reason}`,
  }));
}

export interface FormWatch {
  /** A file that takes part. */
  file(path: string): void;
  /** The file that was named, of which an object without a file may be the compressed form. */
  plainOf(path: string): string | undefined;
}

/** Files and objects must come in S3's order, in which all paths that begin with a given one follow it without a gap. */
export function createFormWatch(): FormWatch {
  const begun: string[] = [];
  const leave = (path: string) => {
    while (begun.length > 0 && !path.startsWith(begun.at(-1)!)) begun.pop();
  };
  return {
    file(path) {
      leave(path);
      begun.push(path);
    },
    plainOf(path) {
      leave(path);
      const plain = originalName(path);
      return plain !== undefined && begun.includes(plain) ? plain : undefined;
    },
  };
}
