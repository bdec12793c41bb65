import { createReadStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  type ManifestFile,
  formatManifest,
  manifestHash,
  manifestPath,
  parseManifest,
} from "../manifest.ts";
import { syncDirectory } from "../transfer/sync-directory.ts";

/** What the last complete fill left on the volume. */
export interface EarlierFill {
  /** Undefined: there was none. */
  source: string | undefined;
  /** By path. */
  files: Map<string, ManifestFile>;
}

/** Without a whole manifest nothing on the volume is known to be runctl's. */
export async function readManifest(root: string): Promise<EarlierFill> {
  const files = new Map<string, ManifestFile>();
  try {
    const stream = createReadStream(join(root, manifestPath), { encoding: "utf8" });
    const manifest = await parseManifest(stream);
    for await (const file of manifest.files) files.set(file.path, file);
    return { source: manifest.source, files };
  } catch {
    // None, torn, or of another version.
    return { source: undefined, files: new Map() };
  }
}

/** Puts the manifest in place of the old one, safely on the disk. @returns its hash */
export async function writeManifest(
  root: string,
  source: string,
  files: readonly ManifestFile[],
): Promise<string> {
  const path = join(root, manifestPath);
  const file = await open(`${path}.new`, "w", 0o644);
  try {
    for (const piece of formatManifest(source, files)) await file.appendFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  await syncDirectory(dirname(path));
  return manifestHash(formatManifest(source, files));
}

export async function removeJournal(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncDirectory(dirname(path));
}
