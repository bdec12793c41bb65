import { lstatSync, mkdirSync, realpathSync, type Stats } from "node:fs";
import { join, resolve } from "node:path";
import { RunctlError, systemCode } from "../errors.ts";
import { makeDirectories } from "./download/make-directories.ts";

interface Inode {
  dev: number;
  ino: number;
}

/** The directory that a download writes to, and nothing outside it. */
export interface TargetDirectory {
  /** Absolute, without symbolic links. */
  root: string;
  /** Made by this run: nothing is in it but what is downloaded now. */
  isNew: boolean;
  /** Makes the directory (and those above it) of a relative path. @returns why it cannot be */
  ensureDirectory(path: string): string | undefined;
  /** What stands at the relative path of a file: a plain file, nothing, or the reason why none can be made. */
  lookAt(path: string): Stats | "free" | { reason: string };
  /**
   * To be called right before a file is made: its directory is still the one that was looked at, and nobody put
   * another, or a link, in its place or in that of one above. One lstat; what is swapped behind it is not seen.
   *
   * @throws RunctlError CONFLICT
   */
  requireSame(path: string): void;
}

/**
 * The directory itself may be a symbolic link; below it none is followed.
 *
 * @throws RunctlError where it cannot be made.
 */
export function openTargetDirectory(path: string): TargetDirectory {
  const isNew = makeDirectories(resolve(path));
  const root = realpathSync(path);
  const safe = new Map<string, Inode>([["", inodeOf(root)]]);
  /** Made here: nothing is in them but what is downloaded now, so nobody need look for every file. */
  const made = new Set<string>(isNew ? [""] : []);
  /** Where the last file was looked at, if it is of those: the next one is mostly there, too. */
  let lastMade: string | undefined;

  const ensureDirectory = (relative: string): string | undefined => {
    if (safe.has(relative)) return undefined;
    const slash = relative.lastIndexOf("/");
    const above = ensureDirectory(slash < 0 ? "" : relative.slice(0, slash));
    if (above) return above;
    // V8 keeps a piece of a text as a view of all of it: a page of a listing would stay for each directory.
    const name = Buffer.from(relative).toString();
    const found = lstatSync(join(root, name), { throwIfNoEntry: false });
    if (found && !found.isDirectory()) return `${whatIs(found)} is in the way: '${relative}'`;
    if (!found) {
      // A file of the same download may have come between the two calls, through another thread.
      if (!makeDirectory(join(root, name))) return `a file is in the way: '${relative}'`;
      made.add(name);
    }
    safe.set(name, found ? { dev: found.dev, ino: found.ino } : inodeOf(join(root, name)));
    return undefined;
  };

  return {
    root,
    isNew,
    ensureDirectory,
    requireSame(relative) {
      const above = relative.slice(0, Math.max(0, relative.lastIndexOf("/")));
      const known = safe.get(above);
      const now = lstatSync(above === "" ? root : `${root}/${above}`, { throwIfNoEntry: false });
      if (now?.isDirectory() && known?.ino === now.ino && known.dev === now.dev) return;
      throw new RunctlError("CONFLICT", `'${above}' in ${root} is another directory than before`, {
        hint: "look who changes the directory during the download, then run it again",
      });
    },
    lookAt(relative) {
      const aboveEnd = Math.max(0, relative.lastIndexOf("/"));
      if (lastMade?.length === aboveEnd && relative.startsWith(lastMade)) return "free";
      const above = relative.slice(0, aboveEnd);
      const reason = ensureDirectory(above);
      if (reason) return { reason };
      if (made.has(above)) {
        lastMade = above;
        return "free";
      }
      const found = lstatSync(join(root, relative), { throwIfNoEntry: false });
      if (!found) return "free";
      return found.isFile() ? found : { reason: `${whatIs(found)} is in the way: '${relative}'` };
    },
  };
}

function inodeOf(path: string): Inode {
  const { dev, ino } = lstatSync(path);
  return { dev, ino };
}

/** @returns false: something has that name. */
function makeDirectory(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

function whatIs(found: Stats): string {
  if (found.isSymbolicLink()) return "a symbolic link";
  if (found.isDirectory()) return "a directory";
  return found.isFile() ? "a file" : "a special file";
}
