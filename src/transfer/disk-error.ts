import { existsSync } from "node:fs";
import { RunctlError, systemCode } from "../errors.ts";
import { partPath } from "./part-file.ts";

const causes: Readonly<Record<string, [message: string, hint: string]>> = {
  ENOSPC: ["no space left on the disk", "make room or use a larger volume, then run it again"],
  EDQUOT: ["the disk quota is used up", "make room, then run it again"],
  EIO: ["the disk gave an I/O error", "check the volume; its data may be damaged"],
  EROFS: ["the file system is read-only", "mount it for writing, then run it again"],
  EACCES: ["permission denied", "check who owns the directory"],
  EPERM: ["operation not permitted", "check who owns the directory"],
  ENOENT: ["it is not there any more", "look who removes it, then run the same command again"],
  ENOTDIR: ["a file stands in the way", "name another place, or remove the file"],
  ELOOP: ["a loop of symbolic links", "name another place"],
  ENAMETOOLONG: ["the name is too long", "give it another name"],
  EMFILE: ["too many open files", "raise the limit: ulimit -n 65536"],
};

/** An error of the file system in words that say what to do; anything else as it is. */
export function diskError(error: unknown, path: string): unknown {
  const code = systemCode(error) ?? "";
  const known = causes[code];
  if (!known || !(error instanceof Error && "syscall" in error)) return error;
  const [message, advice] = known;
  const isFull = code === "ENOSPC" || code === "EDQUOT";
  const begun = partPath(path);
  const hint = isFull && existsSync(begun) ? `${advice}: it goes on with ${begun}` : advice;
  return new RunctlError("OPERATION_FAILED", `${path}: ${message} (${code})`, {
    hint,
    cause: error,
  });
}
