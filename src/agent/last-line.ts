import { open } from "node:fs/promises";
import type { AgentLog } from "./agent-log.ts";

const longestLine = 200;

/**
 * Shows the last whole line of a growing log on the console of the instance. After a power cut the console is all that
 * is left of what was not yet in S3: from it one sees how far the command came.
 *
 * @returns a function to call now and then, a few times a second at most: a serial console takes 11 KB a second.
 */
export function lastLineShower(file: string, log: Pick<AgentLog, "console">): () => Promise<void> {
  let shownSize = 0;
  return async () => {
    const end = await readEnd(file);
    if (end.size === shownSize) return;
    shownSize = end.size;
    const line = end.text.slice(0, end.text.lastIndexOf("\n")).split("\n").at(-1);
    if (line) log.console(line.slice(0, longestLine));
  };
}

async function readEnd(file: string): Promise<{ size: number; text: string }> {
  const log = await open(file, "r").catch(() => undefined);
  if (!log) return { size: 0, text: "" };
  try {
    const { size } = await log.stat();
    const length = Math.min(size, 4 * longestLine);
    const { buffer } = await log.read(Buffer.alloc(length), 0, length, size - length);
    return { size, text: buffer.toString() };
  } finally {
    await log.close();
  }
}
