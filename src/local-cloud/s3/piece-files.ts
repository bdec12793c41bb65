import { randomBytes } from "node:crypto";
import { mkdirSync, opendirSync, unlinkSync } from "node:fs";
import { open, unlink, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { syncDirectory } from "./index/index-database.ts";

/**
 * Bodies up to this size live in the index, where many of them share one sync: 10,000 small objects
 * cost a few hundred syncs instead of 20,000. Larger bodies get a file of their own.
 */
const maxInlineBytes = 16_384;

/** Bytes gathered before they are written: fewer, larger writes. */
const writeBatchBytes = 262_144;

/** Where the bytes of an object or of a part are: in a file of this name, or right here. */
export type StoredBytes = { file: string; body?: never } | { file?: never; body: Uint8Array };

/** Receives one body, and keeps it or drops it. */
export interface PieceWriter {
  write(bytes: Buffer): Promise<void> | void;
  /** Resolves once the bytes would survive a power cut. */
  keep(): Promise<StoredBytes>;
  drop(): Promise<void>;
}

/** The files that hold what is too large for the index. A file counts only if the index names it. */
export interface PieceFiles {
  writer(): PieceWriter;
  open(file: string): Promise<FileHandle>;
  /** Keeps files readable until the returned function is called, even when they are removed. */
  hold(files: readonly string[]): () => void;
  remove(files: readonly string[]): Promise<void>;
  /** Removes what a killed server left: files that the index does not name. For the start only. */
  sweep(isNamed: (file: string) => boolean): number;
}

export function openPieceFiles(directory: string): PieceFiles {
  mkdirSync(directory, { recursive: true });
  const holders = new Map<string, number>();
  const doomed = new Set<string>();
  const syncNames = sharedCall(() => syncDirectory(directory));
  const unlinkQuietly = (file: string): Promise<void> =>
    // Nobody sees a file that the index does not name; the next start sweeps what stays.
    unlink(join(directory, file)).catch(() => undefined);

  return {
    writer: () => new GrowingPiece(directory, syncNames),
    open: (file) => open(join(directory, file), "r"),
    hold(files) {
      for (const file of files) holders.set(file, (holders.get(file) ?? 0) + 1);
      return () => {
        for (const file of files) {
          const left = (holders.get(file) ?? 1) - 1;
          if (left > 0) {
            holders.set(file, left);
            continue;
          }
          holders.delete(file);
          if (doomed.delete(file)) void unlinkQuietly(file);
        }
      };
    },
    async remove(files) {
      const free = files.filter((file) => !holders.has(file));
      for (const file of files) if (holders.has(file)) doomed.add(file);
      await Promise.all(free.map((file) => unlinkQuietly(file)));
    },
    sweep(isNamed) {
      let removed = 0;
      const entries = opendirSync(directory);
      for (let entry = entries.readSync(); entry; entry = entries.readSync()) {
        if (isNamed(entry.name)) continue;
        unlinkSync(join(directory, entry.name));
        removed++;
      }
      entries.closeSync();
      return removed;
    },
  };
}

class GrowingPiece implements PieceWriter {
  readonly #directory: string;
  readonly #syncNames: () => Promise<void>;
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;
  #file: string | undefined;
  #handle: FileHandle | undefined;
  #written: Promise<void> = Promise.resolve();

  constructor(directory: string, syncNames: () => Promise<void>) {
    this.#directory = directory;
    this.#syncNames = syncNames;
  }

  write(bytes: Buffer): Promise<void> | void {
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
    if (this.#gatheredBytes >= writeBatchBytes) return this.#startWriting();
  }

  async keep(): Promise<StoredBytes> {
    if (!this.#handle && this.#gatheredBytes <= maxInlineBytes) {
      return { body: Buffer.concat(this.#gathered) };
    }
    await this.#startWriting();
    await this.#written;
    await this.#handle!.datasync();
    await this.#handle!.close();
    await this.#syncNames();
    return { file: this.#file! };
  }

  async drop(): Promise<void> {
    await this.#written.catch(() => undefined);
    await this.#handle?.close().catch(() => undefined);
    if (this.#file !== undefined)
      await unlink(join(this.#directory, this.#file)).catch(() => undefined);
  }

  /** Waits for the write before, so that at most two batches are in memory. */
  async #startWriting(): Promise<void> {
    const batch = this.#gathered;
    const length = this.#gatheredBytes;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    await this.#written;
    if (!this.#handle) {
      this.#file = randomBytes(16).toString("hex");
      this.#handle = await open(join(this.#directory, this.#file), "wx", 0o600);
    }
    this.#written = writeWhole(this.#handle, batch, length);
    // Its failure is seen by whoever waits next; until then it must not count as unhandled.
    this.#written.catch(() => undefined);
  }
}

async function writeWhole(handle: FileHandle, batch: Buffer[], length: number): Promise<void> {
  const { bytesWritten } = await handle.writev(batch);
  if (bytesWritten === length) return;
  // A short write is rare (a full disk): what is left is written plainly, and fails if it must.
  await handle.writeFile(Buffer.concat(batch).subarray(bytesWritten));
}

/** Callers that come while a call runs share the next one: it starts after they came. */
function sharedCall(call: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= running.then(() => {
      next = undefined;
      running = call();
      return running;
    });
    return next;
  };
}
