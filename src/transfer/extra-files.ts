import { type Dirent, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Aws } from "../aws/connect.ts";
import { systemCode } from "../errors.ts";
import { listPages } from "./list-objects.ts";
import { type NameFilter } from "./name-filter.ts";
import { isOwnName, isPartName } from "./part-file.ts";
import { createPathTable } from "./path-table.ts";
import { removeFile } from "./remove-file.ts";
import { originalName } from "./compressed-form.ts";
import type { LeftOut } from "./transfer-result.ts";

/** What a prefix has, as paths below the directory that it is downloaded to: 16 bytes for each. */
export interface ListedPaths {
  add(path: string): void;
  /** A file of this path, compressed or as it was. */
  has(path: string): boolean;
  /** A directory of this path, without slash, has an object of its own. */
  hasMarker(path: string): boolean;
}

export function createListedPaths(): ListedPaths {
  const table = createPathTable();
  const has = (path: string) => table.get(path) !== undefined;
  return {
    add(path) {
      table.put(path, 0);
      const original = originalName(path);
      if (original !== undefined) table.put(original, 0);
    },
    has,
    hasMarker: (path) => has(`${path}/`),
  };
}

export async function listPaths(
  aws: Aws,
  source: { bucket: string; prefix: string },
  signal: AbortSignal,
): Promise<ListedPaths> {
  const paths = createListedPaths();
  for await (const page of listPages(aws, source, { signal })) {
    for (const { key } of page) paths.add(key.slice(source.prefix.length));
  }
  return paths;
}

interface ExtraRules {
  takes: NameFilter;
  /** Told of each directory that may not be read; nothing in it is extra. */
  onUnreadable: (path: string) => void;
}

/**
 * The plain files below a directory that a prefix does not have, by name. Symbolic links are neither followed nor
 * named; what filters leave out is not looked at, nor what runctl keeps for itself.
 */
export function* findExtraFiles(
  root: string,
  listed: ListedPaths,
  rules: ExtraRules,
  below = "",
): Generator<string, void> {
  for (const entry of entriesOf(root, below, rules).toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    const isOwn = isPartName(entry.name) || (below === "" && isOwnName(entry.name));
    // A name that is not UTF-8 is read as another one, which no file has.
    if (isOwn || path.includes("\uFFFD")) continue;
    if (entry.isDirectory()) yield* findExtraFiles(root, listed, rules, path);
    else if (entry.isFile() && rules.takes(path) && !listed.has(path)) yield path;
  }
}

function entriesOf(root: string, below: string, { onUnreadable }: ExtraRules): Dirent[] {
  try {
    return readdirSync(join(root, below), { withFileTypes: true });
  } catch (error) {
    // Such as `lost+found`, or a directory that has just gone.
    if (!["EACCES", "EPERM", "ENOENT"].includes(systemCode(error) ?? "")) throw error;
    onUnreadable(below);
    return [];
  }
}

/** Removes those that still are plain files, and the directories that they leave empty. */
export async function removeExtraFiles(
  root: string,
  paths: Iterable<string>,
  listed: ListedPaths,
): Promise<{ removed: number; failed: LeftOut[] }> {
  let removed = 0;
  const failed: LeftOut[] = [];
  const isWanted = (directory: string) => listed.hasMarker(directory);
  for (const path of paths) {
    if (listed.has(path)) continue;
    try {
      if (await removeFile(root, path, { isWanted })) removed += 1;
    } catch (error) {
      const code = systemCode(error);
      if (code === undefined) throw error;
      failed.push({ name: path, reason: `not deleted: ${code}` });
    }
  }
  return { removed, failed };
}
