import { type Dirent, lstatSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isPartName } from "./part-file.ts";

export type WalkedFile =
  | { kind: "file"; /** With `/`, relative to the directory. */ path: string; sizeBytes: number }
  | { kind: "refused"; path: string; reason: string };

/**
 * The plain files below a directory, by name. Symbolic links are not followed and special files not read:
 * both are named as refused. runctl's own journal and unfinished files are passed over.
 */
export async function* walkFiles(root: string, below = ""): AsyncGenerator<WalkedFile> {
  const entries = await readdir(join(root, below), { withFileTypes: true, encoding: "buffer" });
  for (const entry of entries.toSorted((a, b) => Buffer.compare(a.name, b.name))) {
    const name = entry.name.toString("utf8");
    const path = below === "" ? name : `${below}/${name}`;
    if (isPartName(name) || (below === "" && name.startsWith(".runctl-journal"))) continue;
    const reason = reasonAgainst(entry, name, path);
    if (reason) yield { kind: "refused", path, reason };
    else if (entry.isDirectory()) yield* walkFiles(root, path);
    // Synchronous: after the directory was read the answer is near, and a thread costs more than it.
    else yield { kind: "file", path, sizeBytes: lstatSync(join(root, path)).size };
  }
}

/** "Naming Amazon S3 objects": a key is UTF-8 and at most 1,024 bytes, here without the prefix. */
const maxKeyBytes = 1024;

function reasonAgainst(entry: Dirent<Buffer>, name: string, path: string): string | undefined {
  if (!Buffer.from(name).equals(entry.name)) return "the name is not UTF-8";
  if (entry.isSymbolicLink()) return "a symbolic link";
  if (!entry.isFile() && !entry.isDirectory()) return "a special file";
  return Buffer.byteLength(path) > maxKeyBytes ? "the key would have over 1,024 bytes" : undefined;
}
