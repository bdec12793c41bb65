/** What stands before the body of an answer. */
export interface AnswerHead {
  status: number;
  /** Names in lower case; lines of the same name joined by ", ". */
  headers: ReadonlyMap<string, string>;
}

export interface Answer extends AnswerHead {
  /** The body where it did not go to a sink, else empty. */
  text: string;
}

/**
 * Takes the body of an answer read by read, without a copy. Synchronous: a TLS socket cannot be held back, as it
 * delivers more records after a pause. What is thrown here ends the request and is what `send` throws.
 */
export interface BodySink {
  /** The head of a 2xx answer is there; throw to refuse it. */
  start?(answer: AnswerHead): void;
  /** Room for the next read, at least one byte; may be a slice of WebAssembly memory. */
  space(): Uint8Array;
  /** `count` bytes stand at the start of what `space()` gave last. */
  filled(count: number): void;
}

/** The body of a request: `size` bytes in all. A request that is sent again reads it from the start. */
export interface RequestBody {
  size: number;
  /**
   * Fills `into` with the body from byte `at` on and returns how many, never 0 before the end.
   * A promise where the source is a cold disk.
   */
  read(into: Uint8Array, at: number): number | Promise<number>;
}

/** A body that is in memory. */
export function bodyOf(content: Uint8Array | string): RequestBody {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return { size: bytes.byteLength, read: (into, at) => copyAt(bytes, into, at) };
}

/** As `RequestBody.read`, of bytes that are in memory. */
export function copyAt(bytes: Uint8Array, into: Uint8Array, at: number): number {
  const piece = bytes.subarray(at, at + into.byteLength);
  into.set(piece);
  return piece.byteLength;
}

/** Reads `size` bytes from `start` on into memory. */
export async function readFully(
  source: Pick<RequestBody, "read">,
  start: number,
  size: number,
): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(size);
  for (let at = 0; at < size;) {
    const given = source.read(bytes.subarray(at), start + at);
    // Without a promise there is nothing to wait for: a turn of the event loop costs as much as the read.
    const count = typeof given === "number" ? given : await given;
    if (!(count > 0)) throw new Error(`a body gave ${count} bytes at ${start + at}`);
    at += count;
  }
  return bytes;
}
