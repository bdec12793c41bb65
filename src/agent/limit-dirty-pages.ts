import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deviceNumber } from "./mount-table.ts";

/** What a flush may take: an interruption gives two minutes for all there is to do. */
const flushSeconds = 20;
const mib = 1_048_576;

/**
 * Limits how much of a device's data may wait in memory to what it can write in 20 s. A server with
 * 500 GiB of memory would otherwise hold minutes of writes when the notice comes.
 *
 * Only this device's own limit is touched (kernel 6.2 and later); the machine's vm.dirty_bytes is left alone.
 *
 * @returns what was done, as a sentence.
 */
export async function limitDirtyPages(
  device: string,
  throughputMiBps: number,
  sysfs = "/sys",
): Promise<string> {
  const bytes = flushSeconds * throughputMiBps * mib;
  const folder = join(sysfs, "class/bdi", await deviceNumber(device));
  if (!existsSync(join(folder, "max_bytes"))) return `${device}: this kernel has no limit per disk`;
  try {
    await writeFile(join(folder, "max_bytes"), String(bytes));
    await writeFile(join(folder, "strict_limit"), "1");
    return `${device}: at most ${Math.round(bytes / mib)} MiB wait to be written`;
  } catch (error) {
    return `${device}: cannot limit what waits to be written: ${(error as Error).message}`;
  }
}
