import { openSync, readSync, closeSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { type ManifestFile, parseManifestFile } from "../manifest.ts";

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

const linesAtOnceBytes = 1024 * 1024;
const shortestTable = 1024;

/**
 * Reads the lines from byte `from` on, and calls `each` for them: their text, and where they begin.
 *
 * @returns where the last whole line ends.
 */
export async function readLines(
  file: FileHandle,
  from: number,
  each: (line: string, at: number) => void,
): Promise<number> {
  const piece = Buffer.allocUnsafe(linesAtOnceBytes);
  let rest = Buffer.alloc(0);
  let end = from;
  for (let position = from; ;) {
    const { bytesRead } = await file.read(piece, 0, piece.length, position);
    if (bytesRead === 0) return end;
    position += bytesRead;
    const bytes = Buffer.concat([rest, piece.subarray(0, bytesRead)]);
    let start = 0;
    for (let newline = bytes.indexOf(10); newline >= 0; newline = bytes.indexOf(10, start)) {
      each(bytes.toString("utf8", start, newline), end);
      end += newline + 1 - start;
      start = newline + 1;
    }
    rest = bytes.subarray(start);
  }
}

/** Collects where notes stand; `open` makes it ready for questions about the file at `path`. */
export function createNoteIndex() {
  const table = createTable();
  return {
    /** @param line as `formatManifestFile` wrote it; what does not begin like one is passed over. */
    note(line: string, at: number): void {
      const path = pathOf(line);
      if (path !== undefined) table.put(hashOf(path), at);
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

function openIndex(path: string, table: Table): NoteIndex {
  const file = openSync(path, "r");
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
      const at = table.get(hashOf(relative));
      const note = at === undefined ? undefined : noteAt(at);
      return note?.path === relative ? note : undefined;
    },
    keep: (relative) => table.keep(hashOf(relative)),
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

interface Hash {
  high: number;
  low: number;
}

/** 64 bits: two of a million paths share them once in 30 million downloads, and then one file is fetched again. */
function hashOf(path: string): Hash {
  let high = 0x811c9dc5;
  let low = 0x9747b28c;
  for (let at = 0; at < path.length; at += 1) {
    const unit = path.charCodeAt(at);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x5bd1e995);
    low ^= low >>> 15;
  }
  return { high: high >>> 0, low: (low ^ (high >>> 16)) >>> 0 };
}

type Table = ReturnType<typeof createTable>;

/** A hash table of places in a file, with a mark for each. */
function createTable() {
  let size = shortestTable;
  let count = 0;
  let hashes = new Uint32Array(2 * size);
  // 0: free. Below zero: kept. One more than the place.
  let places = new Float64Array(size);

  const slotOf = ({ high, low }: Hash): number => {
    let slot = low & (size - 1);
    while (places[slot] !== 0 && (hashes[2 * slot] !== high || hashes[2 * slot + 1] !== low)) {
      slot = (slot + 1) & (size - 1);
    }
    return slot;
  };
  const put = ({ high, low }: Hash, place: number): void => {
    const slot = slotOf({ high, low });
    if (places[slot] === 0) count += 1;
    hashes[2 * slot] = high;
    hashes[2 * slot + 1] = low;
    places[slot] = place;
  };
  const grow = (): void => {
    const [oldHashes, oldPlaces] = [hashes, places];
    size *= 2;
    count = 0;
    hashes = new Uint32Array(2 * size);
    places = new Float64Array(size);
    for (let slot = 0; slot < oldPlaces.length; slot += 1) {
      const place = oldPlaces[slot]!;
      if (place !== 0) put({ high: oldHashes[2 * slot]!, low: oldHashes[2 * slot + 1]! }, place);
    }
  };

  return {
    put(hash: Hash, at: number): void {
      if (count * 3 >= size * 2) grow();
      put(hash, at + 1);
    },
    get(hash: Hash): number | undefined {
      const place = places[slotOf(hash)]!;
      return place === 0 ? undefined : Math.abs(place) - 1;
    },
    keep(hash: Hash): void {
      const slot = slotOf(hash);
      places[slot] = -Math.abs(places[slot]!);
    },
    *left(): Generator<number, void> {
      for (const place of places) if (place > 0) yield place - 1;
    },
  };
}
