import { createHash } from "node:crypto";
import { closeSync, constants, fsyncSync, renameSync, writeSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  type ManifestFile,
  formatManifestEnd,
  formatManifestFile,
  formatManifestHeader,
  manifestPath,
  parseManifestFile,
  readManifestEnd,
  readManifestHeader,
} from "../manifest.ts";
import { type NoteIndex, createNoteIndex, noNotes } from "../transfer/note-index.ts";
import { createOwnFile, openOwnFile } from "../transfer/own-file.ts";
import { readLinePages, readLines } from "../transfer/read-lines.ts";
import { syncToDisk } from "../transfer/sync-to-disk.ts";

/** What the last complete fill left on the volume. */
export interface EarlierFill {
  /** Undefined: there was none. */
  source: string | undefined;
  notes: NoteIndex;
}

/** Without a whole manifest nothing on the volume is known to be runctl's. */
export async function openManifest(root: string): Promise<EarlierFill> {
  const path = join(root, manifestPath);
  const file = await openOwnFile(path, constants.O_RDONLY);
  if (!file) return { source: undefined, notes: noNotes };
  try {
    return await readManifest(path, file);
  } catch {
    // Torn, or of another version.
    return { source: undefined, notes: noNotes };
  } finally {
    await file.close();
  }
}

async function readManifest(
  path: string,
  file: Parameters<typeof readLines>[0],
): Promise<EarlierFill> {
  const index = createNoteIndex();
  let source: string | undefined;
  let isWhole = false;
  const sum = { files: 0, bytes: 0 };
  await readLines(file, 0, (line, at) => {
    if (isWhole) throw new Error("the manifest goes on after its end");
    const end = readManifestEnd(line);
    if (source === undefined) source = readManifestHeader(line);
    else if (end) {
      isWhole = end.files === sum.files && end.bytes === sum.bytes;
      if (!isWhole) throw new Error(`the manifest says ${end.files} files and has ${sum.files}`);
    } else {
      sum.files += 1;
      sum.bytes += parseManifestFile(line).sizeBytes;
      index.note(line, at);
    }
  });
  if (!isWhole) throw new Error("the manifest has no end");
  return { source, notes: index.open(path) };
}

/** A manifest that is being written beside the one that is there: a line for each file, never all in memory. */
export interface ManifestDraft {
  /** In S3's order. */
  add(file: ManifestFile): void;
  readonly files: number;
  /** All files so far, from the disk; must not be asked while files are added. */
  read(): AsyncGenerator<ManifestFile, void>;
  /** Puts it in place of the old one, safely on the disk. @returns its hash */
  finish(): Promise<string>;
  /** Closes it and takes it away, unless it was finished. */
  discard(): Promise<void>;
}

const pieceLength = 64 * 1024;

export function draftManifest(root: string, source: string): ManifestDraft {
  const path = join(root, manifestPath);
  const draft = `${path}.new`;
  const file = createOwnFile(draft);
  const hash = createHash("sha256");
  const header = formatManifestHeader(source);
  let lines = header;
  let files = 0;
  let bytes = 0;
  let isOpen = true;
  const write = () => {
    hash.update(lines);
    const piece = Buffer.from(lines);
    for (let at = 0; at < piece.length;) at += writeSync(file, piece, at);
    lines = "";
  };
  const close = () => {
    if (isOpen) closeSync(file);
    isOpen = false;
  };
  return {
    get files() {
      return files;
    },
    add(one) {
      lines += formatManifestFile(one);
      files += 1;
      bytes += one.sizeBytes;
      if (lines.length >= pieceLength) write();
    },
    async *read() {
      write();
      yield* filesOf(draft, Buffer.byteLength(header));
    },
    async finish() {
      lines += formatManifestEnd({ files, bytes });
      write();
      fsyncSync(file);
      close();
      renameSync(draft, path);
      await syncToDisk(dirname(path));
      return hash.digest("hex");
    },
    async discard() {
      if (!isOpen) return;
      close();
      await rm(draft, { force: true });
    },
  };
}

async function* filesOf(path: string, from: number): AsyncGenerator<ManifestFile, void> {
  const file = await openOwnFile(path, constants.O_RDONLY);
  if (!file) throw new Error(`${path} is gone`);
  try {
    for await (const { lines } of readLinePages(file, from)) {
      for (const { text } of lines) yield parseManifestFile(text);
    }
  } finally {
    await file.close();
  }
}

export async function removeJournal(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncToDisk(dirname(path));
}
