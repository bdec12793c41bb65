import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readlink } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress } from "node:zlib";
import tar from "tar-stream";
import { RunctlError } from "../errors.ts";
import type { StagedFile } from "../launch-spec.ts";
import type { CodeFile } from "./code-files.ts";

export interface CodeArchive {
  file: StagedFile;
  body: Uint8Array;
}

/** The same files give the same bytes: no times, no owners, one compression level. */
const fixed = { mtime: new Date(0), uid: 0, gid: 0, uname: "", gname: "" };

/** The code as `code/<sha256>.tar.zst`; modes and symbolic links are kept. */
export async function packCode(
  directory: string,
  files: readonly CodeFile[],
): Promise<CodeArchive> {
  const pack = tar.pack();
  const compress = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3 } });
  const chunks: Buffer[] = [];
  compress.on("data", (chunk: Buffer) => chunks.push(chunk));
  const packed = pipeline(pack, compress);
  await Promise.all([packed, addAll(pack, directory, files)]);
  const body = Buffer.concat(chunks);
  const sha256 = createHash("sha256").update(body).digest("hex");
  return { file: { key: `code/${sha256}.tar.zst`, sha256 }, body };
}

async function addAll(
  pack: tar.Pack,
  directory: string,
  files: readonly CodeFile[],
): Promise<void> {
  try {
    for (const file of files) await add(pack, directory, file);
    pack.finalize();
  } catch (error) {
    pack.destroy(error as Error);
    throw error;
  }
}

async function add(pack: tar.Pack, directory: string, { path, stats }: CodeFile): Promise<void> {
  const header = { ...fixed, mode: stats.mode & 0o777 };
  if (stats.isDirectory()) return entry(pack, { ...header, name: `${path}/`, type: "directory" });
  const place = join(directory, path);
  if (stats.isSymbolicLink())
    return entry(pack, { ...header, name: path, type: "symlink", linkname: await readlink(place) });

  const sink = pack.entry({ ...header, name: path, type: "file", size: stats.size });
  let copied = 0;
  await pipeline(
    createReadStream(place),
    async function* (source: AsyncIterable<Buffer>) {
      for await (const chunk of source) {
        copied += chunk.length;
        if (copied > stats.size) throw changed(path);
        yield chunk;
      }
      if (copied !== stats.size) throw changed(path);
    },
    sink,
  );
}

function entry(pack: tar.Pack, header: Partial<tar.Header> & { name: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    pack.entry(header, (error) => (error ? reject(error) : resolve()));
  });
}

function changed(path: string): RunctlError {
  return new RunctlError("OPERATION_FAILED", `${path} changed while it was packed`, {
    hint: "run the same command again",
  });
}
