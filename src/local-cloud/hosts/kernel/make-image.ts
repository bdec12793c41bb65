import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { runProgram } from "../../../run-program.ts";
import { scriptPath } from "./script-path.ts";

/** Makes the file system that machines start from; keeps one that is there. */
export async function makeImage(file: string, sizeGiB: number): Promise<void> {
  if (existsSync(file)) return;
  const unfinished = `${file}.new`;
  const script = ["sh", scriptPath("make-image.sh"), unfinished, `${sizeGiB}G`];
  // The namespace takes the mount and its loop device along when it ends, however it ends.
  await runProgram("unshare", ["--mount", ...script]);
  await rename(unfinished, file);
}
