import { existsSync } from "node:fs";
import { open } from "node:fs/promises";

/** As much as EC2 keeps: EC2 API Reference, GetConsoleOutput. */
const limit = 64 * 1024;

/** The last 64 KiB of a console log; nothing when there is none. */
export async function lastOutput(consoleLog: string): Promise<Uint8Array> {
  if (!existsSync(consoleLog)) return new Uint8Array();
  const handle = await open(consoleLog);
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, limit);
    const { buffer, bytesRead } = await handle.read({
      buffer: new Uint8Array(length),
      position: size - length,
    });
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
