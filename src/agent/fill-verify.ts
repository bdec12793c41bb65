import { join } from "node:path";
import { RunctlError, systemCode } from "../errors.ts";
import type { ManifestFile } from "../manifest.ts";
import { checksumText, createDigest } from "../object-checksum.ts";
import { eachParallel } from "../transfer/each-parallel.ts";
import { type DirectBuffer, directBuffer, readDirect } from "../transfer/read-direct.ts";

/** Four threads of libuv read; more files at once only wait for them. */
const filesAtOnce = 8;

export interface VerifyOptions {
  signal?: AbortSignal | undefined;
  /** Called for each file that was read. */
  onFile?: (file: ManifestFile) => void;
}

/**
 * Reads every file back from the disk and compares it with S3's checksum of the whole object or, where S3 has
 * none of the whole, with the CRC-64/NVME that was taken while it was downloaded (SHA-256 in older manifests).
 *
 * @returns the files whose bytes on the disk are not those.
 */
export async function findWrongFiles(
  root: string,
  files: AsyncIterable<ManifestFile> | Iterable<ManifestFile>,
  { signal, onFile }: VerifyOptions = {},
): Promise<ManifestFile[]> {
  const wrong: ManifestFile[] = [];
  const buffers: DirectBuffer[] = [];
  await eachParallel(files, filesAtOnce, async (file) => {
    signal?.throwIfAborted();
    const buffer = buffers.pop() ?? directBuffer();
    if (!(await isRight(root, file, buffer))) wrong.push(file);
    buffers.push(buffer);
    onFile?.(file);
  });
  return wrong;
}

async function isRight(root: string, file: ManifestFile, buffer: DirectBuffer): Promise<boolean> {
  const { algorithm, value } = file.checksum;
  const digest = createDigest(algorithm);
  let sizeBytes = 0;
  try {
    await readDirect(join(root, file.path), buffer, (bytes) => {
      digest.update(bytes);
      sizeBytes += bytes.length;
    });
  } catch (error) {
    // EIO: the disk cannot give these bytes, so they are wrong; written again, the disk may remap the block.
    if (/^(EIO|ENOENT)$/.test(systemCode(error) ?? "")) return false;
    throw error;
  }
  return sizeBytes === file.sizeBytes && checksumText(algorithm, digest.bytes()) === value;
}

export function requireRight(wrong: readonly ManifestFile[]): void {
  const [first] = wrong;
  if (!first) return;
  throw new RunctlError(
    "VERIFICATION_FAILED",
    `${wrong.length} files were read back wrong from the disk, twice; the first: ${first.path}`,
    { hint: "delete the volume and fill another: the disk does not keep what is written" },
  );
}
