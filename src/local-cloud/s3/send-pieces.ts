import type { FileHandle } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import type { ByteRange } from "./byte-range.ts";
import type { StoredPiece } from "./index/object-rows.ts";
import type { PieceFiles } from "./piece-files.ts";

/** Two buffers of this size per GET: one is read from disk while the other goes to the socket. */
const bufferBytes = 262_144;

/** Buffers that wait for the next GET: fresh ones would be gigabytes of garbage for a large object. */
const spareBuffers: Buffer[] = [];
const maxSpareBuffers = 32;

/** Writes the bytes of `range` to the response. Rejects when the client goes away. */
export async function sendPieces(
  response: ServerResponse,
  files: PieceFiles,
  pieces: readonly StoredPiece[],
  range: ByteRange,
): Promise<void> {
  const outlet = new ResponseOutlet(response);
  for (const piece of pieces) {
    const start = Math.max(range.start, piece.start) - piece.start;
    const end = Math.min(range.end, piece.start + piece.size) - piece.start;
    if (start >= end) continue;
    if (piece.body) {
      await outlet.write(piece.body.subarray(start, end));
      continue;
    }
    const handle = await files.open(piece.file);
    try {
      await sendFile(outlet, handle, start, end);
    } finally {
      await handle.close();
    }
  }
  response.end();
}

async function sendFile(
  outlet: ResponseOutlet,
  handle: FileHandle,
  start: number,
  end: number,
): Promise<void> {
  let filling = takeBuffer();
  let leaving = takeBuffer();
  let written: Promise<void> = Promise.resolve();
  try {
    for (let at = start; at < end;) {
      const { bytesRead } = await handle.read(filling, 0, Math.min(bufferBytes, end - at), at);
      if (bytesRead === 0) throw new Error("a stored file is shorter than the index says");
      at += bytesRead;
      await written;
      written = outlet.write(filling.subarray(0, bytesRead));
      // Seen at the next turn; until then it must not count as unhandled.
      written.catch(() => undefined);
      [filling, leaving] = [leaving, filling];
    }
    await written;
  } catch (error) {
    // The socket may still hold them: they must not be used again.
    outlet.abandon();
    throw error;
  }
  giveBack(filling);
  giveBack(leaving);
}

/** Writes to a response one buffer at a time, and knows when the buffer may be used again. */
class ResponseOutlet {
  readonly #response: ServerResponse;
  #rejectWrite: ((reason: Error) => void) | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.once("close", () => this.#rejectWrite?.(new ClientGone()));
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#response.destroyed || this.#response.closed) {
        reject(new ClientGone());
        return;
      }
      this.#rejectWrite = reject;
      this.#response.write(bytes, (error) => {
        this.#rejectWrite = undefined;
        if (error) reject(new ClientGone());
        else resolve();
      });
    });
  }

  /** A body that cannot be finished must not look finished. */
  abandon(): void {
    this.#response.destroy();
  }
}

/** The client closed the connection; nobody is left to be answered. */
export class ClientGone extends Error {
  constructor() {
    super("the client closed the connection");
  }
}

function takeBuffer(): Buffer {
  return spareBuffers.pop() ?? Buffer.allocUnsafeSlow(bufferBytes);
}

function giveBack(buffer: Buffer): void {
  if (spareBuffers.length < maxSpareBuffers) spareBuffers.push(buffer);
}
