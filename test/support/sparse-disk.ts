import { mkdtemp, open, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** A file that reads as zeros, to stand for a new disk; gone after the test. */
export async function sparseDisk(
  t: TestContext,
  { sizeMiB }: { sizeMiB: number },
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "runctl-disk-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "disk");
  await writeFile(file, "");
  await truncate(file, sizeMiB * 1_048_576);
  return file;
}

/** Writes bytes into a disk; a negative offset counts from its end. */
export async function writeAt(
  disk: string,
  offset: number,
  bytes: string | Uint8Array,
): Promise<void> {
  const data = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes;
  const file = await open(disk, "r+");
  try {
    const { size } = await file.stat();
    await file.write(data, 0, data.length, offset < 0 ? size + offset : offset);
  } finally {
    await file.close();
  }
}
