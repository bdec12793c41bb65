// What S3 does not keep of a file goes into the metadata of its object, in the words that rclone and s3fs read and
// write: `mtime` in seconds since 1970 with a fraction, `mode` as in stat(2), octal.

/** What the metadata of an object says of the file that it was. */
export interface FileAttributes {
  /** Milliseconds since 1970; undefined: the metadata does not say. */
  modifiedMs: number | undefined;
  /** Permissions, 0 to 0o777; set-user-id and set-group-id bits are never taken from S3. */
  permissions: number | undefined;
  /** The object's content is the target of a symbolic link. */
  isLink: boolean;
}

export const modifiedKey = "mtime";
export const modeKey = "mode";

const typeBits = 0o170000;
const plainFile = 0o100000;
const symbolicLink = 0o120000;

/** The metadata of a file (without the `x-amz-meta-`), from its `stat` or `lstat` with `bigint`. */
export function metadataOfFile({ mtimeNs, mode }: { mtimeNs: bigint; mode: bigint }) {
  const absolute = mtimeNs < 0n ? -mtimeNs : mtimeNs;
  const nanos = absolute % 1_000_000_000n;
  const fraction = nanos === 0n ? "" : `.${String(nanos).padStart(9, "0")}`;
  const time = `${mtimeNs < 0n ? "-" : ""}${absolute / 1_000_000_000n}${fraction}`;
  // Rclone reads octal digits, s3fs takes a number with a leading zero for octal.
  return { [modifiedKey]: time, [modeKey]: `0${mode.toString(8)}` };
}

/** @param value of one member of the metadata, by its name without `x-amz-meta-`. */
export function attributesOfMetadata(value: (name: string) => string | undefined): FileAttributes {
  const mode = modeOf(value(modeKey));
  return {
    modifiedMs: millisecondsOf(value(modifiedKey)),
    permissions: mode === undefined ? undefined : mode & 0o777,
    isLink: mode !== undefined && (mode & typeBits) === symbolicLink,
  };
}

/** Seconds, as both write them; RFC 3339 as `rclone --metadata` does. */
function millisecondsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const isSeconds = /^-?\d{1,12}(\.\d{1,9})?$/.test(text);
  const isDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text);
  const ms = isSeconds ? Number(text) * 1_000 : isDate ? Date.parse(text) : Number.NaN;
  return Number.isFinite(ms) ? ms : undefined;
}

/** Octal where that makes a mode (rclone, runctl), else decimal (s3fs): no mode of a file is one in both. */
function modeOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,7}$/.test(text)) return undefined;
  const octal = /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
  if (isMode(octal)) return octal;
  const decimal = Number(text);
  return isMode(decimal) && decimal > 0o7777 ? decimal : undefined;
}

const isMode = (value: number) =>
  value <= 0o177777 && [plainFile, symbolicLink, 0].includes(value & typeBits);
