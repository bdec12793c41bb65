import { accessSync, constants } from "node:fs";
import { join } from "node:path";

/** The path of an installed program; also looks where system programs are when a user's PATH does not. */
export function findProgram(name: string): string | undefined {
  const directories = (process.env["PATH"] ?? "").split(":");
  for (const directory of [...directories, "/usr/local/sbin", "/usr/sbin", "/sbin"]) {
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  return undefined;
}
