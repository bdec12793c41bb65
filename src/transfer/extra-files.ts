import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Aws } from "../aws/connect.ts";
import { listPages } from "./list-objects.ts";
import { type NameFilter } from "./name-filter.ts";
import { isPartName } from "./part-file.ts";
import { createPathTable } from "./path-table.ts";
import { removeFile } from "./remove-file.ts";
import { originalName } from "./compressed-form.ts";

/** What a prefix has, as paths below the directory that it is downloaded to: 16 bytes for each. */
export interface ListedPaths {
  add(path: string): void;
  has(path: string): boolean;
}

/** Files count under the name that they have compressed, and under that which they get; directories without slash. */
export function createListedPaths(): ListedPaths {
  const table = createPathTable();
  return {
    add(path) {
      table.put(path.endsWith("/") ? path.slice(0, -1) : path, 0);
      const original = originalName(path);
      if (original !== undefined) table.put(original, 0);
    },
    has: (path) => table.get(path) !== undefined,
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

/**
 * The plain files below a directory that a prefix does not have, by name. Symbolic links are neither followed nor
 * named; what filters leave out is not looked at, nor what runctl keeps for itself.
 */
export function* findExtraFiles(
  root: string,
  listed: ListedPaths,
  takes: NameFilter,
  below = "",
): Generator<string, void> {
  const entries = readdirSync(join(root, below), { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    const isOwn = isPartName(entry.name) || (below === "" && isOwnName(entry.name));
    // A name that is not UTF-8 is read as another one, which no file has.
    if (isOwn || path.includes("\uFFFD")) continue;
    if (entry.isDirectory()) yield* findExtraFiles(root, listed, takes, path);
    else if (entry.isFile() && takes(path) && !listed.has(path)) yield path;
  }
}

const isOwnName = (name: string) => name === ".runctl" || name.startsWith(".runctl-journal");

/** Removes those that still are plain files, and the directories that they leave empty. @returns how many. */
export async function removeExtraFiles(
  root: string,
  paths: Iterable<string>,
  listed: ListedPaths,
): Promise<number> {
  let removed = 0;
  const isWanted = (path: string) => listed.has(path);
  for (const path of paths) {
    if (!isWanted(path) && (await removeFile(root, path, { isWanted }))) removed += 1;
  }
  return removed;
}
