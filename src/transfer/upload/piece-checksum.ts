import { setImmediate } from "node:timers/promises";
import { createCrcEngine } from "../../crc-engine.ts";
import type { Piece } from "./checksummed-body.ts";
import { crc32Text } from "../crc32-text.ts";

const readBytes = 256 * 1024;
const yieldBytes = 8 * readBytes;

/** CRC-32 of a piece as it is on the disk now, base64. */
export async function pieceCrc32(
  { source, start, sizeBytes }: Piece,
  signal?: AbortSignal,
): Promise<string> {
  const buffer = Buffer.allocUnsafeSlow(Math.min(readBytes, sizeBytes));
  const engine = createCrcEngine();
  let value = 0;
  for (let at = 0; at < sizeBytes;) {
    // Reads of the page cache never wait: without this the connections would, for all of a large file.
    if (at % yieldBytes === 0) await setImmediate();
    signal?.throwIfAborted();
    const room = buffer.subarray(0, Math.min(buffer.byteLength, sizeBytes - at));
    const count = await source.read(room, start + at);
    value = engine.crc32(value, room.subarray(0, count));
    at += count;
  }
  return crc32Text(value);
}
