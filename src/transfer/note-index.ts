import { readSync, closeSync } from "node:fs";
import { type ManifestFile, parseManifestFile } from "../manifest.ts";
import { openOwnFileSync } from "./own-file.ts";
import { type PathTable, createPathTable } from "./path-table.ts";

/**
 * The notes of files that stand in a journal or a manifest, found by path. Only where each note stands is in memory,
 * 16 bytes for each: a million of them take 32 MB, and as objects would take ten times that.
 */
export interface NoteIndex {
  /** The last note of this path that can be read. */
  find(path: string): ManifestFile | undefined;
  /** The file of this path belongs to what is being downloaded now. */
  keep(path: string): void;
  /** The notes of paths that were not kept. */
  left(): Generator<ManifestFile, void>;
  close(): void;
}

/** Collects where notes stand; `open` makes it ready for questions about the file at `path`. */
export function createNoteIndex() {
  const table = createPathTable();
  return {
    /** @param line as `formatManifestFile` wrote it; what does not begin like one is passed over. */
    note(line: string, at: number): void {
      const path = pathOf(line);
      if (path !== undefined) table.put(path, at);
    },
    open: (path: string): NoteIndex => openIndex(path, table),
  };
}

export const noNotes: NoteIndex = {
  find: () => undefined,
  keep: () => undefined,
  *left() {},
  close: () => undefined,
};

function openIndex(path: string, table: PathTable): NoteIndex {
  const file = openOwnFileSync(path);
  // Notes are asked for nearly in the order in which they stand.
  const block = Buffer.allocUnsafe(64 * 1024);
  let blockAt = 0;
  let blockEnd = 0;

  const endInBlock = (at: number) =>
    at < blockAt ? -1 : block.subarray(0, blockEnd - blockAt).indexOf(10, at - blockAt);
  const lineAt = (at: number): string | undefined => {
    if (endInBlock(at) < 0) {
      blockAt = at;
      blockEnd = at + readSync(file, block, 0, block.length, at);
    }
    const end = endInBlock(at);
    return end < 0 ? undefined : block.toString("utf8", at - blockAt, end);
  };
  const noteAt = (at: number): ManifestFile | undefined => {
    const line = lineAt(at);
    try {
      return line === undefined ? undefined : parseManifestFile(line);
    } catch {
      // A line that no version of runctl wrote whole says nothing about any file.
      return undefined;
    }
  };

  return {
    find(relative) {
      const at = table.get(relative);
      const note = at === undefined ? undefined : noteAt(at);
      return note?.path === relative ? note : undefined;
    },
    keep: (relative) => table.keep(relative),
    *left() {
      for (const at of table.left()) {
        const note = noteAt(at);
        if (note) yield note;
      }
    },
    close: () => closeSync(file),
  };
}

/** Without parsing all of the line, where the path has nothing that JSON escapes. */
function pathOf(line: string): string | undefined {
  const start = '{"path":"';
  if (!line.startsWith(start)) return undefined;
  const path = line.slice(start.length, line.indexOf('"', start.length));
  if (!path.includes("\\")) return path;
  try {
    return (JSON.parse(line) as { path: string }).path;
  } catch {
    return undefined;
  }
}
