import { closeSync, constants, fdatasyncSync, writeFileSync } from "node:fs";
import { type FileHandle, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type ManifestFile, formatManifestFile } from "../../manifest.ts";
import { createLineBuffer } from "./line-buffer.ts";
import { makeDurable, needsPaths } from "../make-durable.ts";
import { type NoteIndex, createNoteIndex } from "../note-index.ts";
import { readLines } from "../read-lines.ts";
import { createOwnFile, openOwnFile } from "../own-file.ts";
import { syncToDisk } from "../sync-to-disk.ts";

/** Which files of a directory are complete and safely on the disk. */
export interface DownloadJournal {
  /** What earlier runs noted. */
  readonly notes: NoteIndex;
  /** An earlier run ended before its time, so that files may be there which have not reached the disk whole. */
  readonly isContinued: boolean;
  /**
   * The file is complete, and may still be only in memory: it is noted after a flush, with many others.
   * A promise when the disk cannot follow.
   */
  add(file: ManifestFile): Promise<void> | undefined;
  /** Brings all files added so far, and then the notes of them, to the disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
  /** Closes it for good: what it says is told by something else now. */
  remove(): Promise<void>;
}

/** A flush syncs the whole file system, so it is not made for every few files; whoever adds does not wait for it. */
const flushFiles = 5_000;
const flushBytes = 1024 ** 3;
const mostWaitingFiles = 10_000;

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
  const { file, notes, isContinued } = await openFile(path, source);
  const lines = createLineBuffer();
  let waiting = { files: 0, bytes: 0, paths: [] as string[] };
  let flushing: Promise<void> = Promise.resolve();
  let isFlushing = false;

  const flush = () => {
    const before = flushing;
    isFlushing = true;
    flushing = (async () => {
      await before;
      const { files, paths } = waiting;
      if (files > 0) {
        const batch = lines.take();
        waiting = { files: 0, bytes: 0, paths: [] };
        await makeDurable(root, paths);
        await file.appendFile(batch);
        await file.datasync();
      }
      isFlushing = false;
    })();
    return flushing;
  };

  const close = async () => {
    await flushing.catch(() => undefined);
    notes.close();
    await file.close();
  };

  return {
    notes,
    isContinued,
    add(note) {
      lines.add(formatManifestFile(note));
      waiting.files += 1;
      waiting.bytes += note.sizeBytes;
      if (needsPaths) waiting.paths.push(join(root, note.path));
      if (waiting.files < flushFiles && waiting.bytes < flushBytes) return undefined;
      if (!isFlushing) {
        const next = flush();
        // Told by the next flush, which every run ends with.
        next.catch(() => undefined);
      }
      return waiting.files >= mostWaitingFiles ? flushing : undefined;
    },
    flush,
    close,
    async remove() {
      await close();
      await rm(path, { force: true });
      await syncToDisk(dirname(path));
    },
  };
}

async function openFile(path: string, source: string) {
  const header = `${JSON.stringify({ runctl: "journal", version: 1, source })}\n`;
  const index = createNoteIndex();
  const old = await openOwnFile(path, constants.O_RDWR);
  if (old && (await beginsWith(old, header))) {
    const end = await readLines(old, Buffer.byteLength(header), (line, at) => index.note(line, at));
    // A torn last line of the earlier run must not run into the next one.
    await old.truncate(end);
    await old.close();
  } else {
    await old?.close();
    await create(path, header);
  }
  const file = await openOwnFile(path, constants.O_WRONLY | constants.O_APPEND);
  if (!file) throw new Error(`${path} is gone`);
  return { file, notes: index.open(path), isContinued: old !== undefined };
}

async function beginsWith(file: FileHandle, header: string): Promise<boolean> {
  const wanted = Buffer.from(header);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(wanted.length), 0, wanted.length, 0);
  return bytesRead === wanted.length && buffer.equals(wanted);
}

async function create(path: string, header: string): Promise<void> {
  const file = createOwnFile(`${path}.new`);
  try {
    writeFileSync(file, header);
    fdatasyncSync(file);
  } finally {
    closeSync(file);
  }
  await rename(`${path}.new`, path);
  await syncToDisk(dirname(path));
}
