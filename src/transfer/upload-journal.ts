import { createHash } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { RunctlError } from "../errors.ts";
import { type ProcessIdentity, identifyProcess, isAlive } from "../process-identity.ts";
import { makeDirectories } from "./download/make-directories.ts";

interface Subject {
  bucket: string;
  key: string;
  /** Absolute path of the file. */
  path: string;
}

/** An upload that was begun and, as far as is known, not ended. */
interface UnfinishedUpload extends Subject {
  uploadId: string;
  /** It was begun with them; the object gets its metadata from them, whatever the file is by then. */
  headers: Readonly<Record<string, string>>;
}

/**
 * The multipart uploads that runctl began on this machine. S3 does not say who began an upload for what, so only what
 * stands here is gone on with or aborted; those of others are left alone.
 */
export interface UploadJournal {
  /** "busy": another process that lives works on it. */
  find(subject: Subject): Promise<UnfinishedUpload | "busy" | undefined>;
  /** Notes that this process works on it. */
  add(upload: UnfinishedUpload): Promise<void>;
  remove(subject: Subject): void;
}

const shape = z.object({
  bucket: z.string(),
  key: z.string(),
  path: z.string(),
  uploadId: z.string().check(z.minLength(1)),
  headers: z.record(z.string(), z.string()),
  /** Of the process that works on it, or did; by its number alone a later one would keep the upload busy. */
  owner: z.object({ pid: z.number(), started: z.string() }),
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
  let self: Promise<ProcessIdentity | undefined> | undefined;
  return {
    async find(subject) {
      const found = read(fileOf(subject));
      if (found === undefined) return undefined;
      const { owner, ...upload } = found;
      return owner.pid !== process.pid && (await isAlive(owner)) ? "busy" : upload;
    },
    async add(upload) {
      self ??= identifyProcess(process.pid);
      const owner = await self;
      if (!owner) throw new Error("this process cannot be found among those that run");
      try {
        makeDirectories(directory, 0o700);
        write(fileOf(upload), JSON.stringify({ ...upload, owner }));
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new RunctlError("OPERATION_FAILED", `the upload cannot be noted: ${why}`, {
          hint: "set XDG_STATE_HOME to a directory that you may write to",
          cause,
        });
      }
    },
    remove: (subject) => rmSync(fileOf(subject), { force: true }),
  };
}

/** By two files: a process that is killed while it writes leaves no half of a note. */
function write(file: string, text: string): void {
  writeFileSync(`${file}.${process.pid}`, text, { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
}

function read(file: string): z.infer<typeof shape> | undefined {
  try {
    return z.parse(shape, JSON.parse(readFileSync(file, "utf8")));
  } catch {
    // Not there, or not ours: then nothing is known, and the upload begins anew.
    return undefined;
  }
}
