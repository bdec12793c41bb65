import { createHash, type Hash } from "node:crypto";
import {
  chunkSignature,
  sameSignature,
  trailerSignature,
  type ChunkSeed,
} from "../../signature/chunk-signature.ts";
import { S3Error } from "../s3-error.ts";

/** More than any chunk header or trailer line that a client sends. */
const maxLineBytes = 8192;

/** Header names in lower case. */
export type Trailers = Map<string, string>;

/**
 * Takes the aws-chunked framing off a body, and verifies each chunk's signature where there are any.
 *
 * Bytes are handed on before their chunk is verified, so nothing may be committed before the end.
 *
 * @param trailers filled by the end of the iteration.
 * @param seed undefined: chunks without signatures.
 * @throws S3Error IncompleteBody, InvalidRequest or SignatureDoesNotMatch.
 * @see S3 API reference, "Transferring payload in multiple chunks" (sigv4-streaming).
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Buffer>,
  trailers: Trailers,
  seed: ChunkSeed | undefined,
): AsyncGenerator<Buffer> {
  const reader = new FramedReader(source);
  const signatures = seed ? new ChunkSignatures(seed) : undefined;
  for (;;) {
    const header = parseChunkHeader(await reader.line());
    let left = header.size;
    while (left > 0) {
      const bytes = await reader.upTo(left);
      left -= bytes.length;
      signatures?.add(bytes);
      yield bytes;
    }
    signatures?.verifyChunk(header.signature);
    if (header.size === 0) break;
    if ((await reader.line()) !== "") throw malformed("a chunk does not end with a line break");
  }
  const sent: Array<[string, string]> = [];
  for (let line = await reader.line(); line !== ""; line = await reader.line()) {
    const colon = line.indexOf(":");
    if (colon < 1) throw malformedTrailer();
    sent.push([line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]);
  }
  for (const [name, value] of sent) trailers.set(name, value);
  if (signatures && sent.length > 0) signatures.verifyTrailers(sent);
}

function parseChunkHeader(line: string): { size: number; signature: string | undefined } {
  const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/u.exec(line);
  if (!match) throw malformed("a chunk has no valid size");
  return { size: Number.parseInt(match[1]!, 16), signature: match[2] };
}

class ChunkSignatures {
  readonly #seed: ChunkSeed;
  #previous: string;
  #hash: Hash = createHash("sha256");

  constructor(seed: ChunkSeed) {
    this.#seed = seed;
    this.#previous = seed.signature;
  }

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  verifyChunk(given: string | undefined): void {
    const expected = chunkSignature(this.#seed, this.#previous, this.#hash.digest("hex"));
    this.#previous = requireSame(expected, given);
    this.#hash = createHash("sha256");
  }

  verifyTrailers(sent: ReadonlyArray<readonly [string, string]>): void {
    const name = "x-amz-trailer-signature";
    const signed = sent.filter(([header]) => header !== name);
    const given = sent.find(([header]) => header === name)?.[1];
    requireSame(trailerSignature(this.#seed, this.#previous, signed), given);
  }
}

function requireSame(expected: string, given: string | undefined): string {
  if (given !== undefined && sameSignature(expected, given)) return given;
  throw new S3Error(
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    403,
  );
}

/** Reads lines and counted bytes from a stream without copying the bytes. */
class FramedReader {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next line without its CR LF. */
  async line(): Promise<string> {
    let line = "";
    for (;;) {
      const end = this.#rest.indexOf(0x0a);
      const taken = this.#rest.subarray(0, end === -1 ? this.#rest.length : end + 1);
      line += taken.toString("latin1");
      this.#rest = this.#rest.subarray(taken.length);
      if (line.length > maxLineBytes) throw malformed("a line is too long");
      if (end !== -1) break;
      await this.#fill();
    }
    if (!line.endsWith("\r\n")) throw malformed("a line does not end with CR LF");
    return line.slice(0, -2);
  }

  /** At least one byte, at most `count`. */
  async upTo(count: number): Promise<Buffer> {
    if (this.#rest.length === 0) await this.#fill();
    const bytes = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(bytes.length);
    return bytes;
  }

  async #fill(): Promise<void> {
    const next = await this.#source.next();
    if (next.done === true) {
      throw new S3Error("IncompleteBody", "The request body terminated unexpectedly", 400);
    }
    this.#rest = next.value;
  }
}

function malformed(what: string): S3Error {
  return new S3Error("InvalidRequest", `The aws-chunked body is not well-formed: ${what}`, 400);
}

function malformedTrailer(): S3Error {
  return new S3Error(
    "MalformedTrailerError",
    "The request contained trailing data that was not well-formed or did not conform to our published schema.",
    400,
  );
}
