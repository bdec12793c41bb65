import { type Stats, statSync } from "node:fs";
import { join } from "node:path";
import type { Aws } from "../aws/connect.ts";
import type { ListOptions } from "./list-objects.ts";
import { type UploadScope, mayChange, pairsOf, takesPart } from "./upload-scope.ts";
import { originalName } from "./compressed-form.ts";

export interface ExtraKeys {
  /** Keys of objects that take part and have no file. */
  keys: string[];
  /** Whether there is a file or a link in the directory that takes part. */
  hasFiles: boolean;
}

/**
 * What an upload that mirrors a directory deletes: never what a filter excludes, what stands for something in the
 * directory that cannot be uploaded, or a compressed form of a file that is there.
 */
export async function findExtraKeys(
  aws: Aws,
  scope: UploadScope,
  options: ListOptions = {},
): Promise<ExtraKeys> {
  const paths: string[] = [];
  const blind = new Set<string>();
  let hasFiles = false;
  for await (const { file, object } of pairsOf(aws, scope, options)) {
    if (file?.kind === "refused" || file?.kind === "skipped")
      blind.add(file.path.replace(/\/$/, ""));
    else if (file) hasFiles ||= file.kind !== "empty-directory" && takesPart(scope, file.path);
    else {
      const path = object.key.slice(scope.prefix.length);
      // The marker of the prefix itself is no file's.
      if (path === "" || !mayChange(scope, path)) continue;
      if (!standsFor(scope, path)) paths.push(path);
    }
  }
  // Only now: what is refused may be named behind the object that it has.
  const keys = paths.filter((path) => !mayBeBlind(blind, path)).map((path) => scope.prefix + path);
  return { keys, hasFiles };
}

/** Also as the compressed form of a file that could not be looked at, whether this upload compresses or not. */
const mayBeBlind = (blind: ReadonlySet<string>, path: string) =>
  isBlind(blind, path) || isBlind(blind, originalName(path) ?? path);

/** Whether the path, or a directory above it, is one that could not be looked at. */
function isBlind(blind: ReadonlySet<string>, path: string): boolean {
  if (blind.size === 0) return false;
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
    if (blind.has(path.slice(0, end))) return true;
  }
  return false;
}

/** A marker of a directory that has files, or the compressed form of a file. */
function standsFor({ directory, compress }: UploadScope, path: string): boolean {
  if (path.endsWith("/")) return lookAt(join(directory, path))?.isDirectory() ?? false;
  const original = compress ? originalName(path) : undefined;
  const plain = original && lookAt(join(directory, original));
  return plain ? !plain.isDirectory() : false;
}

/** Undefined also where a file stands in the way. */
function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
