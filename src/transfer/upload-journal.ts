import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";

/** An upload that was begun and, as far as is known, not ended. */
interface UnfinishedUpload {
  bucket: string;
  key: string;
  /** Absolute path of the file. */
  path: string;
  uploadId: string;
  /** Of the process that works on it, or did. */
  pid: number;
}

type Subject = Pick<UnfinishedUpload, "bucket" | "key" | "path">;

/**
 * The multipart uploads that runctl began on this machine. S3 does not say who began an upload for what, so only what
 * stands here is gone on with or aborted; those of others are left alone.
 */
export interface UploadJournal {
  /** "busy": another process that lives works on it. */
  find(subject: Subject): UnfinishedUpload | "busy" | undefined;
  add(upload: UnfinishedUpload): void;
  remove(subject: Subject): void;
}

const shape = z.object({
  bucket: z.string(),
  key: z.string(),
  path: z.string(),
  uploadId: z.string(),
  pid: z.number(),
});

/**
 * One small file for each upload, so that several runs can share the directory.
 *
 * @param endpoint where the buckets are; undefined: AWS.
 */
export function openUploadJournal(directory: string, endpoint?: string): UploadJournal {
  const fileOf = ({ bucket, key, path }: Subject) => {
    const subject = JSON.stringify([endpoint ?? "", bucket, key, path]);
    const hash = createHash("sha256").update(subject).digest("hex");
    return join(directory, `${hash.slice(0, 32)}.json`);
  };
  return {
    find(subject) {
      const found = read(fileOf(subject));
      if (found === undefined) return undefined;
      return found.pid !== process.pid && isAlive(found.pid) ? "busy" : found;
    },
    add(upload) {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const file = fileOf(upload);
      // Two files: a process that is killed while it writes leaves no half of a note.
      writeFileSync(`${file}.${process.pid}`, JSON.stringify(upload), { mode: 0o600 });
      renameSync(`${file}.${process.pid}`, file);
    },
    remove: (subject) => rmSync(fileOf(subject), { force: true }),
  };
}

function read(file: string): UnfinishedUpload | undefined {
  try {
    return z.parse(shape, JSON.parse(readFileSync(file, "utf8")));
  } catch {
    // Not there, or not ours: then nothing is known, and the upload begins anew.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
