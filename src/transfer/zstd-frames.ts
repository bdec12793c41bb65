import { RunctlError } from "../errors.ts";

/**
 * Bytes of the original in one zstd frame. A file is cut into frames of their own, so that many are compressed at
 * once and memory stays bounded. `zstd -d` reads such a file; node:zlib stops after its first frame without a word
 * (Node 24), therefore frames are told apart here.
 */
export const frameBytes = 4 * 1024 * 1024;

/** More than zstd makes of `frameBytes` that do not shrink (`ZSTD_compressBound`: a 256th more, and a few bytes). */
export const maxFrameBytes = frameBytes + frameBytes / 128;

const magic = 0xfd2fb528;
const blockHeaderBytes = 3;

/**
 * Length of the frame at the start of `bytes` ("RFC 8878", section 3.1.1).
 *
 * @returns undefined when more bytes are needed to know it.
 * @throws RunctlError VERIFICATION_FAILED when there is no zstd frame.
 */
export function frameLength(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 5) return undefined;
  if (view.getUint32(0, true) !== magic) throw brokenFrame();
  const descriptor = view.getUint8(4);
  let at = 5 + restOfHeader(descriptor);
  for (;;) {
    if (at + blockHeaderBytes > bytes.byteLength) return undefined;
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const isLast = (header & 1) === 1;
    const type = (header >> 1) & 3;
    if (type === 3) throw brokenFrame();
    // A run-length block holds the one byte that it repeats.
    at += blockHeaderBytes + (type === 1 ? 1 : header >> 3);
    if (isLast) break;
  }
  const hasChecksum = (descriptor & 4) !== 0;
  return at + (hasChecksum ? 4 : 0);
}

/** Bytes of window descriptor, dictionary id and content size, by the frame header descriptor. */
function restOfHeader(descriptor: number): number {
  const isSingleSegment = (descriptor & 32) !== 0;
  const sizeFlag = descriptor >> 6;
  const contentSizeBytes = sizeFlag === 0 ? Number(isSingleSegment) : 2 ** sizeFlag;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
  return (isSingleSegment ? 0 : 1) + dictionaryBytes + contentSizeBytes;
}

export const brokenFrame = () =>
  new RunctlError("VERIFICATION_FAILED", "the compressed object is not what runctl wrote", {
    hint: "download it as it is: add --no-decompress",
  });
