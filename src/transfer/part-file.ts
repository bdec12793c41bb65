import { createHash } from "node:crypto";
import { type FileHandle, constants, open, readFile, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Names that unfinished downloads use; no downloaded or uploaded file may have one. */
export const isPartName = (name: string) => /^\.runctl-[0-9a-f]{16}\.(part|ranges)$/.test(name);

/** Where the bytes of an unfinished file stand: beside it, under a name that never gets too long. */
export function partPath(path: string): string {
  const hash = createHash("sha256").update(basename(path)).digest("hex").slice(0, 16);
  return join(dirname(path), `.runctl-${hash}.part`);
}

export const rangesPath = (path: string) => partPath(path).replace(/part$/, "ranges");

export interface PartIdentity {
  key: string;
  etag: string;
  sizeBytes: number;
  rangeBytes: number;
}

/** An unfinished file and the list of its ranges that are safely on the disk. */
export interface PartFile {
  handle: FileHandle;
  done: ReadonlySet<number>;
  /** Resolves once the range's bytes and then the note of it are on the disk. */
  markDone(index: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens what an earlier run left of the same object version, or begins anew. */
export async function openPartFile(path: string, identity: PartIdentity): Promise<PartFile> {
  const header = JSON.stringify(identity);
  const done = await readRanges(rangesPath(path), header);
  if (!done) await removePartFile(path);
  const handle = await open(partPath(path), writeFlags, 0o666);
  const ranges = await open(rangesPath(path), writeFlags | constants.O_APPEND, 0o666);
  if (!done) {
    await handle.truncate(identity.sizeBytes);
    await ranges.appendFile(`${header}\n`);
  }
  let marked: number[] = [];
  let committing: Promise<void> | undefined;
  const commit = async () => {
    // Those that come while one commit runs share the next.
    const batch = marked;
    marked = [];
    await handle.datasync();
    await ranges.appendFile(batch.map((index) => `${index}\n`).join(""));
    await ranges.datasync();
  };
  let next: Promise<void> | undefined;
  return {
    handle,
    done: done ?? new Set(),
    markDone(index) {
      marked.push(index);
      next ??= (committing ?? Promise.resolve())
        .catch(() => undefined)
        .then(() => {
          committing = next;
          next = undefined;
          return commit();
        });
      return next;
    },
    async close() {
      await ranges.close();
      await handle.close();
    },
  };
}

export async function removePartFile(path: string): Promise<void> {
  await rm(rangesPath(path), { force: true });
  await rm(partPath(path), { force: true });
}

const writeFlags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;

/** Undefined unless the file belongs to the same version of the object; a torn last line does not count. */
async function readRanges(path: string, header: string): Promise<Set<number> | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  const [first, ...rest] = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  if (first !== header) return undefined;
  return new Set(rest.filter((line) => /^\d+$/.test(line)).map(Number));
}
