import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { RunctlError, systemCode } from "../../errors.ts";
import { isDirectory, lookAt } from "../look-at.ts";

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EROFS: "the file system is read-only",
  ENOENT: "the file system takes no directory there",
  ENOSPC: "no space left on the disk",
};

/**
 * Makes a directory and those above it. One by one: in a file system that answers ENOENT to every mkdir, such as
 * /proc, Node's own recursive mkdir never comes to an end.
 *
 * @param path absolute.
 * @param mode of those that are made; default: what the umask leaves.
 * @returns whether the directory is new.
 * @throws RunctlError USAGE where a file stands in the way; OPERATION_FAILED where the system refuses.
 */
export function makeDirectories(path: string, mode = 0o777): boolean {
  const found = lookAt(path);
  if (found?.isDirectory()) return false;
  if (found) throw new RunctlError("USAGE", `cannot make ${path}: it is no directory`);
  const above = dirname(path);
  if (above !== path) requireAbove(path, above, mode);
  try {
    mkdirSync(path, { mode });
    return true;
  } catch (cause) {
    const code = systemCode(cause);
    if (code === undefined) throw cause;
    // Another process was quicker.
    if (code === "EEXIST" && isDirectory(path)) return false;
    const why = reasons[code] ?? "the system refuses";
    throw new RunctlError("OPERATION_FAILED", `cannot make ${path}: ${why} (${code})`, {
      hint: "name a directory that you may write to",
      cause,
    });
  }
}

function requireAbove(path: string, above: string, mode: number): void {
  const found = lookAt(above);
  if (!found) makeDirectories(above, mode);
  else if (!found.isDirectory())
    throw new RunctlError("USAGE", `cannot make ${path}: ${above} is no directory`, {
      hint: "name another place to download to",
    });
}
