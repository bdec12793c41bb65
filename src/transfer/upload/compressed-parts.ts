import { availableParallelism } from "node:os";
import { createCrcEngine } from "../../crc-engine.ts";
import { readFully } from "../http/body.ts";
import { crc32Text } from "../crc32-text.ts";
import type { UploadSource } from "./upload-source.ts";
import { compressFrame } from "./zstd-compress.ts";
import { frameBytes } from "../zstd-frames.ts";

/** Frames in the making at once: one for each core and one that is ready, as memory is held for each. */
const framesAtOnce = Math.min(4, availableParallelism()) + 1;

/**
 * The source as zstd frames, gathered to parts of at least `partBytes` but the last.
 *
 * @param onEnd gets the CRC-32 of what was read, base64, before the last part is given.
 */
export async function* compressedParts(
  source: UploadSource,
  partBytes: number,
  onEnd: (crc32: string) => void,
): AsyncGenerator<Buffer, void> {
  let gathered: Buffer[] = [];
  let size = 0;
  for await (const frame of frames(source, onEnd)) {
    gathered.push(frame);
    size += frame.byteLength;
    if (size < partBytes) continue;
    yield Buffer.concat(gathered);
    gathered = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(gathered);
}

async function* frames(
  source: UploadSource,
  onEnd: (crc32: string) => void,
): AsyncGenerator<Buffer> {
  const waiting: Promise<Buffer>[] = [];
  const engine = createCrcEngine();
  let checksum = 0;
  try {
    for (let at = 0; at < source.sizeBytes; at += frameBytes) {
      const bytes = await readFully(source, at, Math.min(frameBytes, source.sizeBytes - at));
      checksum = engine.crc32(checksum, bytes);
      waiting.push(compressFrame(bytes));
      if (waiting.length >= framesAtOnce) yield await waiting.shift()!;
    }
    onEnd(crc32Text(checksum));
    while (waiting.length > 0) yield await waiting.shift()!;
  } finally {
    // Those that nobody asks for any more must not fail unheard.
    await Promise.allSettled(waiting);
  }
}
