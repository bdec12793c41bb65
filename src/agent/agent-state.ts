import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AgentPaths } from "./agent-paths.ts";
import { bootId } from "./machine-boot.ts";

/** Why the agent gives the volumes back. */
export type Ending =
  /** `by`: when AWS ends the instance, in milliseconds since 1970. */
  | { kind: "notice"; by: number }
  /** SIGTERM: the machine shuts down; the time left is unknown. */
  | { kind: "shutdown" }
  | { kind: "finished"; exitCode: number }
  | {
      kind: "filled";
      volumeId: string;
      manifestHash: string;
      objects: number;
      bytes: number;
      /** Keys that cannot be files: with any, the volume is not all of its source and so not warm. */
      refused: number;
    }
  | { kind: "stop"; requestId: string }
  | { kind: "lifetime" }
  | { kind: "failed"; message: string };

interface Remembered {
  bootId: string;
  ending: Ending;
}

/** Remembers an ending, so that an agent that is restarted in the middle of it does not begin anew. */
export async function rememberEnding(paths: AgentPaths, ending: Ending): Promise<void> {
  await mkdir(paths.state, { recursive: true });
  const file = endingFile(paths);
  const remembered: Remembered = { bootId: bootId(), ending };
  await writeFile(`${file}.part`, JSON.stringify(remembered));
  await rename(`${file}.part`, file);
}

/**
 * The ending that an earlier agent began since the machine booted. One from before the boot is
 * forgotten, together with the exit code of the command that it interrupted: that one shall run again.
 */
export async function recallEnding(paths: AgentPaths): Promise<Ending | undefined> {
  const text = await readFile(endingFile(paths), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const remembered = JSON.parse(text) as Remembered;
  if (remembered.bootId === bootId()) return remembered.ending;
  if (remembered.ending.kind !== "finished")
    await rm(join(paths.state, "exit-code"), { force: true });
  await rm(endingFile(paths), { force: true });
  return undefined;
}

function endingFile({ state }: AgentPaths): string {
  return join(state, "ending.json");
}
