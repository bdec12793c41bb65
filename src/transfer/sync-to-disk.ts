import { open } from "node:fs/promises";

/** Makes the bytes of a file, or the names in a directory, survive a power loss. */
export async function syncToDisk(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
