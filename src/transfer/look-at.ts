import { type Stats, statSync } from "node:fs";
import { diskError } from "./disk-error.ts";

/** What stands at a path; undefined: nothing. @throws RunctlError OPERATION_FAILED where that cannot be known */
export function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw diskError(error, path);
  }
}

/** False also where nobody may look. */
export function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
