import { crc32 } from "node:zlib";
import type { Piece } from "./checksummed-body.ts";
import { crc32Text } from "./crc32-text.ts";

const readBytes = 256 * 1024;

/** CRC-32 of a piece as it is on the disk now, base64. */
export async function pieceCrc32(
  { source, start, sizeBytes }: Piece,
  signal?: AbortSignal,
): Promise<string> {
  const buffer = Buffer.allocUnsafeSlow(Math.min(readBytes, sizeBytes));
  let value = 0;
  for (let at = 0; at < sizeBytes;) {
    signal?.throwIfAborted();
    const room = buffer.subarray(0, Math.min(buffer.byteLength, sizeBytes - at));
    const count = await source.read(room, start + at);
    value = crc32(room.subarray(0, count), value);
    at += count;
  }
  return crc32Text(value);
}
