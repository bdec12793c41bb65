import { S3Error } from "./s3-error.ts";

export interface ByteRange {
  start: number;
  /** Exclusive. */
  end: number;
}

/**
 * Reads a `Range` header. Undefined when there is none, or one that S3 ignores: several ranges,
 * another unit, or an end before the start.
 *
 * @throws S3Error InvalidRange when no byte of the object is in the range.
 * @see RFC 9110 section 14.1.2
 */
export function parseRange(text: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/u.exec(text ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return undefined;
  const first = match[1] === "" ? undefined : Number(match[1]);
  const last = match[2] === "" ? undefined : Number(match[2]);
  if (first !== undefined && last !== undefined && last < first) return undefined;
  const start = first ?? Math.max(0, size - last!);
  const end = first === undefined ? size : Math.min(size, (last ?? size - 1) + 1);
  if (start < end) return { start, end };
  const error = new S3Error("InvalidRange", "The requested range is not satisfiable", 416, {
    RangeRequested: text!,
    ActualObjectSize: String(size),
  });
  error.headers = { "Content-Range": `bytes */${size}` };
  throw error;
}
