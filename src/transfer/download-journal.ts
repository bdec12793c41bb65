import { type FileHandle, open, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type ManifestFile, formatManifestFile, parseManifestFile } from "../manifest.ts";
import { makeDurable } from "./make-durable.ts";
import { syncDirectory } from "./sync-directory.ts";

/** Which files of a directory are complete and safely on the disk. */
export interface DownloadJournal {
  find(path: string): ManifestFile | undefined;
  /** The file is complete, and may still be only in memory: it is noted after a flush, with many others. */
  add(file: ManifestFile): Promise<void>;
  /** Brings all files added so far, and then the notes of them, to the disk. */
  flush(): Promise<void>;
  /** Flushes, and leaves only the notes of `paths`. @returns the notes that it drops */
  finish(paths: ReadonlySet<string>): Promise<ManifestFile[]>;
  close(): Promise<void>;
}

const flushFiles = 2_000;
const flushBytes = 1024 ** 3;
const pieceLength = 256 * 1024;

/**
 * Opens the journal that an earlier run left, which may have ended at any point: a note counts only when
 * its line is whole, and it was written only after the file had reached the disk.
 *
 * @param source of the files; notes of another source do not count.
 */
export async function openDownloadJournal(
  path: string,
  root: string,
  source: string,
): Promise<DownloadJournal> {
  const header = `${JSON.stringify({ runctl: "journal", version: 1, source })}\n`;
  const notes = await readNotes(path, header);
  // Anew and whole, so that a torn last line of the earlier run never runs into the next one.
  let file = await rewrite(path, header, notes.values());
  let waiting: ManifestFile[] = [];
  let waitingBytes = 0;
  let flushing: Promise<void> = Promise.resolve();

  const flush = () => {
    const before = flushing;
    flushing = (async () => {
      await before;
      const batch = waiting;
      waiting = [];
      waitingBytes = 0;
      if (batch.length === 0) return;
      await makeDurable(
        root,
        batch.map((note) => join(root, note.path)),
      );
      await file.appendFile(batch.map(formatManifestFile).join(""));
      await file.datasync();
      for (const note of batch) notes.set(note.path, note);
    })();
    return flushing;
  };

  return {
    find: (relative) => notes.get(relative),
    async add(note) {
      waiting.push(note);
      waitingBytes += note.sizeBytes;
      if (waiting.length >= flushFiles || waitingBytes >= flushBytes) await flush();
    },
    flush,
    async finish(paths) {
      await flush();
      const dropped = [...notes.values()].filter((note) => !paths.has(note.path));
      for (const note of dropped) notes.delete(note.path);
      await file.close();
      file = await rewrite(path, header, notes.values());
      return dropped;
    },
    async close() {
      await flushing.catch(() => undefined);
      await file.close();
    },
  };
}

async function readNotes(path: string, header: string): Promise<Map<string, ManifestFile>> {
  const text = await readFile(path, "utf8").catch(() => "");
  const notes = new Map<string, ManifestFile>();
  if (!text.startsWith(header)) return notes;
  for (const line of text.slice(header.length, text.lastIndexOf("\n") + 1).split("\n")) {
    if (line === "") continue;
    try {
      const note = parseManifestFile(line);
      notes.set(note.path, note);
    } catch {
      // A line that no version of runctl wrote whole says nothing about any file.
    }
  }
  return notes;
}

async function rewrite(
  path: string,
  header: string,
  notes: Iterable<ManifestFile>,
): Promise<FileHandle> {
  const file = await open(`${path}.new`, "w");
  let lines = header;
  for (const note of notes) {
    lines += formatManifestFile(note);
    if (lines.length < pieceLength) continue;
    await file.appendFile(lines);
    lines = "";
  }
  await file.appendFile(lines);
  await file.datasync();
  await rename(`${path}.new`, path);
  await syncDirectory(dirname(path));
  return file;
}
