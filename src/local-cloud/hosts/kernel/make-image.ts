import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { runScript } from "../../run-script.ts";
import { scriptPath } from "./script-path.ts";

/** Makes the file system that machines start from; keeps one that is there. */
export async function makeImage(file: string, sizeGiB: number): Promise<void> {
  if (existsSync(file)) return;
  const unfinished = `${file}.new`;
  // The namespace takes the mount and its loop device along when it ends, however it ends.
  const inNamespace = 'exec unshare --mount sh "$@"';
  const script = [scriptPath("make-image.sh"), unfinished, `${sizeGiB}G`];
  await runScript(["-c", inNamespace, "make-image", ...script]);
  await rename(unfinished, file);
}
