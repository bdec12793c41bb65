import { fileURLToPath } from "node:url";

/** The path of a shell script that stands beside this file. */
export function scriptPath(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}
