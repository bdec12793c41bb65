import { type CrcEngine, createCrcEngine } from "../../crc-engine.ts";
import { type RequestBody, bodyOf, copyAt, readFully } from "../http/body.ts";
import { sendMemory } from "../http/send-buffers.ts";
import { crc32Text } from "../crc32-text.ts";
import type { UploadSource } from "./upload-source.ts";

/** A part of a source, or all of it. */
export interface Piece {
  source: UploadSource;
  start: number;
  sizeBytes: number;
}

/** A request body with the headers that go with it. */
export interface ChecksummedBody {
  body: RequestBody;
  headers: Readonly<Record<string, string>>;
  /** CRC-32 of the piece, base64; known once the body was read to its end. */
  crc32(): string;
}

const checksumName = "x-amz-checksum-crc32";

/** For a piece that is small enough to be held while it is sent: read once, its checksum stands in a header. */
export async function heldBody({ source, start, sizeBytes }: Piece): Promise<ChecksummedBody> {
  const bytes = await readFully(source, start, sizeBytes);
  source.requireUnchanged();
  const value = crc32Text(createCrcEngine().crc32(0, bytes));
  return { body: bodyOf(bytes), headers: { [checksumName]: value }, crc32: () => value };
}

let engine: CrcEngine | undefined;

/**
 * For a piece of any size: its bytes are read once, while they are sent, and the checksum follows them as a trailer
 * ("Signature calculations for trailing headers", Amazon S3 API Reference). The whole piece is one chunk, as S3 sets
 * no limit above.
 */
export function trailingBody({ source, start, sizeBytes }: Piece): ChecksummedBody {
  const head = Buffer.from(`${sizeBytes.toString(16)}\r\n`, "latin1");
  const tailBytes = tailOf("AAAAAA==").byteLength;
  const dataEnd = head.byteLength + sizeBytes;
  const { crc32 } = (engine ??= createCrcEngine(sendMemory));
  let value = 0;
  let readTo = 0;
  let tail: Buffer | undefined;

  function took(into: Uint8Array, at: number, count: number): number {
    if (at === head.byteLength) value = 0;
    else if (at !== readTo) throw new Error(`body read at ${at} after ${readTo}`);
    value = crc32(value, into.byteLength === count ? into : into.subarray(0, count));
    readTo = at + count;
    if (readTo === dataEnd) {
      // A file that changed must not get a checksum that makes it look whole.
      source.requireUnchanged();
      tail = tailOf(crc32Text(value));
    }
    return count;
  }

  return {
    headers: {
      "content-encoding": "aws-chunked",
      "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      "x-amz-decoded-content-length": String(sizeBytes),
      "x-amz-trailer": checksumName,
    },
    crc32: () => crc32Text(value),
    body: {
      size: dataEnd + tailBytes,
      read(into, at) {
        if (at < head.byteLength) return copyAt(head, into, at);
        if (at >= dataEnd) return copyAt(tail!, into, at - dataEnd);
        const left = dataEnd - at;
        const room = into.byteLength <= left ? into : into.subarray(0, left);
        const count = source.read(room, start + at - head.byteLength);
        return typeof count === "number"
          ? took(room, at, count)
          : count.then((read) => took(room, at, read));
      },
    },
  };
}

const tailOf = (value: string) =>
  Buffer.from(`\r\n0\r\n${checksumName}:${value}\r\n\r\n`, "latin1");
