import { type FileHandle, constants } from "node:fs/promises";
import { dirname } from "node:path";
import { makeOwnFile } from "../own-file.ts";
import { syncToDisk } from "../sync-to-disk.ts";
import { type CrcAlgorithm, type Piece, crcText, parseCrc } from "./crc-sums.ts";
import type { PlannedRange } from "./plan-ranges.ts";

/** What an unfinished file is going to be; notes of anything else do not count. Nothing of it belongs to a machine. */
export interface JournalIdentity {
  bucket: string;
  key: string;
  etag: string;
  sizeBytes: number;
  rangeBytes: number;
  algorithm: CrcAlgorithm;
}

/** Which ranges of an unfinished file are on the disk, and their checksums. */
export interface RangeJournal {
  /** Notes of an earlier run, by the range's first byte: claims, which the bytes have to prove. */
  readonly found: ReadonlyMap<number, readonly bigint[]>;
  /** The range is written, maybe only to memory: it is noted after a flush, with others. @throws what a flush threw */
  note(range: PlannedRange, pieces: readonly Piece[]): void;
  /** Brings all written ranges, and then the notes of them, to the disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** What a kill may cost; the first range is noted at once. */
const flushEveryMs = 1_000;

/**
 * Opens the journal that an earlier run may have left, torn or whole: what comes after the last whole line is cut off.
 *
 * @param syncData brings the ranges to the disk: no note is written before.
 */
export async function openRangeJournal(
  path: string,
  identity: JournalIdentity,
  syncData: () => Promise<void>,
): Promise<RangeJournal> {
  const header = Buffer.from(`${JSON.stringify({ runctl: "ranges", version: 2, ...identity })}\n`);
  const file = await makeOwnFile(path, constants.O_RDWR | constants.O_APPEND);
  const { found, lengthBytes } = await readNotes(file, header, identity.algorithm);
  await file.truncate(lengthBytes);
  if (lengthBytes === 0) await file.appendFile(header);

  let lines: string[] = [];
  let flushed = -Infinity;
  let flushing: Promise<void> = Promise.resolve();
  let isNamed = false;
  let failure: { error: unknown } | undefined;

  const flush = () => {
    const before = flushing;
    flushed = performance.now();
    flushing = (async () => {
      await before;
      const text = lines.join("");
      lines = [];
      if (text === "") return;
      await syncData();
      await file.appendFile(text);
      await file.datasync();
      if (!isNamed) await syncToDisk(dirname(path));
      isNamed = true;
    })();
    return flushing;
  };

  return {
    found,
    note(range, pieces) {
      if (failure) throw failure.error;
      const crcs = pieces.map((piece) => crcText(identity.algorithm, piece));
      lines.push(`${JSON.stringify({ first: range.first, crcs })}\n`);
      if (performance.now() - flushed < flushEveryMs) return;
      flush().catch((error: unknown) => void (failure ??= { error }));
    },
    flush,
    async close() {
      await flushing.catch(() => undefined);
      await file.close();
    },
  };
}

async function readNotes(file: FileHandle, header: Buffer, algorithm: CrcAlgorithm) {
  const found = new Map<number, readonly bigint[]>();
  // One byte a character, so that lengths are those of the file.
  const text = await file.readFile("latin1");
  const headerLine = header.toString("latin1");
  if (!text.startsWith(headerLine)) return { found, lengthBytes: 0 };
  let lengthBytes = headerLine.length;
  for (;;) {
    const end = text.indexOf("\n", lengthBytes);
    const note = end < 0 ? undefined : parseNote(text.slice(lengthBytes, end), algorithm);
    if (!note) return { found, lengthBytes };
    found.set(note.first, note.crcs);
    lengthBytes = end + 1;
  }
}

function parseNote(line: string, algorithm: CrcAlgorithm) {
  try {
    const { first, crcs } = JSON.parse(line) as { first: number; crcs: string[] };
    if (!Number.isSafeInteger(first)) return undefined;
    return { first, crcs: crcs.map((text) => parseCrc(algorithm, text)) };
  } catch {
    return undefined;
  }
}
