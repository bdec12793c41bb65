/** User metadata of an object, names in lower case without their `x-amz-meta-`. */
export type UserMetadata = Readonly<Record<string, string>>;

/** What an object keeps of the file that it was made from. */
export interface FileMetadata {
  /** Milliseconds since 1970, with a fraction. */
  modifiedMs?: number;
  /** As `stat` gives it, type of file included. */
  mode?: number;
}

/**
 * In the words of rclone ("S3: Modification times", "Metadata"), so that either program restores what the other
 * sent: `mtime` in seconds with a fraction, `mode` in octal.
 */
export function fileMetadata({ modifiedMs, mode }: Required<FileMetadata>): UserMetadata {
  return { mtime: (modifiedMs / 1000).toFixed(6), mode: mode.toString(8) };
}

/** What is missing or is no number is left out: other programs write these names too. */
export function readFileMetadata({ mtime = "", mode = "" }: UserMetadata): FileMetadata {
  return {
    ...(/^-?\d{1,12}(\.\d{1,9})?$/.test(mtime) ? { modifiedMs: Number(mtime) * 1000 } : {}),
    ...(/^[0-7]{3,7}$/.test(mode) ? { mode: Number.parseInt(mode, 8) } : {}),
  };
}

const typeBits = 0o170_000;
const linkType = 0o120_000;

/** The object stands for a symbolic link; its bytes are where the link leads. */
export const isSymbolicLink = ({ mode = 0 }: FileMetadata) => (mode & typeBits) === linkType;

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

const prefix = "x-amz-meta-";

export function metadataHeaders(metadata: UserMetadata): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => [prefix + name, value]),
  );
}

/** Of an answer's headers. */
export function userMetadata(headers: Iterable<readonly [string, string]>): UserMetadata {
  const metadata: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (name.startsWith(prefix)) metadata[name.slice(prefix.length)] = value;
  }
  return metadata;
}
