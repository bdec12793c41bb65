import type { UserMetadata } from "./file-metadata.ts";

/** The file as it was before `--compress` made a `.zst` of it. */
export interface OriginalFile {
  sizeBytes: number;
  /** CRC-32, base64 as S3 writes it. */
  crc32: string;
}

/** The suffix of a compressed object's key; it means nothing without the metadata beside it. */
export const compressedSuffix = ".zst";

export function compressionMetadata({ sizeBytes, crc32 }: OriginalFile): UserMetadata {
  return { "runctl-encoding": "zstd", "runctl-size": String(sizeBytes), "runctl-crc32": crc32 };
}

/** Undefined unless runctl compressed it: a user's own `.zst` is a file like any other. */
export function readCompression(metadata: UserMetadata): OriginalFile | undefined {
  const size = metadata["runctl-size"] ?? "";
  const crc32 = metadata["runctl-crc32"] ?? "";
  const isOurs =
    metadata["runctl-encoding"] === "zstd" &&
    /^\d{1,15}$/.test(size) &&
    /^[A-Za-z0-9+/]{6}==$/.test(crc32);
  return isOurs ? { sizeBytes: Number(size), crc32 } : undefined;
}

/** What a path is called before it is stored as `.zst`; undefined where it does not end so. */
export function originalName(path: string): string | undefined {
  const original = path.slice(0, -compressedSuffix.length);
  const hasName = original !== "" && !original.endsWith("/");
  return path.endsWith(compressedSuffix) && hasName ? original : undefined;
}
