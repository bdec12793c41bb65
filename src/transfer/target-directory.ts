import { lstatSync, mkdirSync, realpathSync, type Stats } from "node:fs";
import { join } from "node:path";

/** The directory that a download writes to, and nothing outside it. */
export interface TargetDirectory {
  /** Absolute, without symbolic links. */
  root: string;
  /** Makes the directory (and those above it) of a relative path. @returns why it cannot be */
  ensureDirectory(path: string): string | undefined;
  /** What stands at the relative path of a file: a plain file, nothing, or the reason why none can be made. */
  lookAt(path: string): Stats | "free" | { reason: string };
}

/** The directory itself may be a symbolic link; below it none is followed. */
export function openTargetDirectory(path: string): TargetDirectory {
  mkdirSync(path, { recursive: true });
  const root = realpathSync(path);
  const safe = new Set<string>([""]);

  const ensureDirectory = (relative: string): string | undefined => {
    if (safe.has(relative)) return undefined;
    const slash = relative.lastIndexOf("/");
    const above = ensureDirectory(slash < 0 ? "" : relative.slice(0, slash));
    if (above) return above;
    const found = lstatSync(join(root, relative), { throwIfNoEntry: false });
    if (found && !found.isDirectory()) return `${whatIs(found)} is in the way: '${relative}'`;
    if (!found) mkdirSync(join(root, relative));
    safe.add(relative);
    return undefined;
  };

  return {
    root,
    ensureDirectory,
    lookAt(relative) {
      const slash = relative.lastIndexOf("/");
      const reason = slash < 0 ? undefined : ensureDirectory(relative.slice(0, slash));
      if (reason) return { reason };
      const found = lstatSync(join(root, relative), { throwIfNoEntry: false });
      if (!found) return "free";
      return found.isFile() ? found : { reason: `${whatIs(found)} is in the way: '${relative}'` };
    },
  };
}

function whatIs(found: Stats): string {
  if (found.isSymbolicLink()) return "a symbolic link";
  if (found.isDirectory()) return "a directory";
  return found.isFile() ? "a file" : "a special file";
}
