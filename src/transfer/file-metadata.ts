/** User metadata of an object, names in lower case without their `x-amz-meta-`. */
export type UserMetadata = Readonly<Record<string, string>>;

/** What an object keeps of the file that it was made from. */
export interface FileMetadata {
  /** Milliseconds since 1970, with a fraction. */
  modifiedMs: number | undefined;
  /** As `stat` gives it, type of file included. */
  mode: number | undefined;
}

/**
 * The metadata of a file, from its `stat` or `lstat` with `bigint`. In the words that rclone and s3fs write and read,
 * so that each restores what the other sent: `mtime` in seconds with a fraction, `mode` in octal.
 */
export function fileMetadata({ mtimeNs, mode }: { mtimeNs: bigint; mode: bigint }): UserMetadata {
  const absolute = mtimeNs < 0n ? -mtimeNs : mtimeNs;
  const nanos = absolute % 1_000_000_000n;
  const fraction = nanos === 0n ? "" : `.${String(nanos).padStart(9, "0")}`;
  const mtime = `${mtimeNs < 0n ? "-" : ""}${absolute / 1_000_000_000n}${fraction}`;
  // Rclone reads octal digits; s3fs takes a number with a leading zero for octal.
  return { mtime, mode: `0${mode.toString(8)}` };
}

/** What is missing or makes no sense is left out: other programs write these names too. */
export function readFileMetadata({ mtime, mode }: Partial<Record<string, string>>): FileMetadata {
  return { modifiedMs: readTime(mtime ?? ""), mode: readMode(mode ?? "") };
}

/** Seconds, as both write them; RFC 3339 as `rclone --metadata` does. */
function readTime(text: string): number | undefined {
  const isSeconds = /^-?\d{1,12}(\.\d{1,9})?$/.test(text);
  const isDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text);
  const ms = isSeconds ? Number(text) * 1000 : isDate ? Date.parse(text) : Number.NaN;
  return Number.isFinite(ms) ? ms : undefined;
}

/** Octal where that makes a mode (rclone, runctl), else decimal (s3fs): no mode of a file is one in both. */
function readMode(text: string): number | undefined {
  if (!/^\d{1,7}$/.test(text)) return undefined;
  const octal = /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
  if (isMode(octal)) return octal;
  const decimal = Number(text);
  return isMode(decimal) && decimal > 0o7777 ? decimal : undefined;
}

const typeBits = 0o170_000;
const plainType = 0o100_000;
const linkType = 0o120_000;

const isMode = (value: number) =>
  value <= 0o177_777 && [plainType, linkType, 0].includes(value & typeBits);

/** The object stands for a symbolic link; its bytes are where the link leads. */
export const isSymbolicLink = ({ mode = 0 }: FileMetadata) => (mode & typeBits) === linkType;

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
