import type { Aws } from "../aws/connect.ts";
import { type ListOptions, listPages } from "./list-objects.ts";
import { type NameFilter } from "./name-filter.ts";
import { type Pair, pairByKey } from "./upload/pair-by-key.ts";
import { type SymlinkPolicy, type WalkedFile, walkFiles } from "./walk-files.ts";
import { originalName } from "./compressed-form.ts";

/** Which files of a directory go where. */
export interface UploadScope {
  directory: string;
  bucket: string;
  /** Empty or with a slash at its end. */
  prefix: string;
  /** Paths that take part; the others are touched on neither side. Default: all. */
  filter?: NameFilter;
  /** Default: follow. */
  symlinks?: SymlinkPolicy;
  /** Links that leave the directory are followed, too. */
  mayLeave?: boolean;
  /** Files that shrink are stored as `.zst`. */
  compress?: boolean;
}

export const takesPart = ({ filter }: UploadScope, path: string) => filter?.(path) ?? true;

/** Of an object: what protects a file protects its compressed form as well. */
export const mayChange = (scope: UploadScope, path: string) =>
  takesPart(scope, path) && takesPart(scope, originalName(path) ?? path);

/** All that is in the directory or in S3, by key; also what the filter leaves out. */
export function pairsOf(
  aws: Aws,
  scope: UploadScope,
  options: ListOptions = {},
): AsyncGenerator<Pair> {
  const { bucket, prefix } = scope;
  return pairByKey(filesOf(scope), listPages(aws, { bucket, prefix }, options), prefix);
}

function filesOf({ directory, prefix, symlinks, mayLeave }: UploadScope): Generator<WalkedFile> {
  return walkFiles(directory, {
    symlinks,
    mayLeave,
    prefixBytes: Buffer.byteLength(prefix),
  });
}
