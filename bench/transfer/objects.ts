import { createHash } from "node:crypto";
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { createDigest } from "../../src/object-checksum.ts";
import { smallKey } from "./small-keys.ts";

/** What the origin has: under `bench/` one object with a checksum and without, many small ones, and one for a million keys. */
export interface Objects {
  /** Directory of nginx; a bucket is a directory in it. */
  root: string;
  large: string;
  largeBytes: number;
  smallCount: number;
  smallBytes: number;
  /** That of every small object: nginx makes it of the time and the size. */
  smallEtag: string;
  /** What each key of the bucket `million` is. */
  tinyBytes: number;
  tinyEtag: string;
  /** Base64 of CRC64NVME, by path of the URL. */
  checksums: ReadonlyMap<string, string>;
}

const MiB = 2 ** 20;
const tinyBytes = 1024;
const written = new Date("2026-01-01T00:00:00Z");

/** The same sizes again give the same bytes: what stands there of an earlier run is kept. */
export function makeObjects(
  root: string,
  {
    largeBytes,
    smallCount,
    smallBytes,
  }: { largeBytes: number; smallCount: number; smallBytes: number },
): Objects {
  const checksums = new Map<string, string>();
  const large = join(root, "bench/large");
  mkdirSync(dirname(large), { recursive: true });
  checksums.set("/bench/large", makeLarge(large, largeBytes));
  linkOnce(large, join(root, "bench/plain"));
  const tiny = noise(tinyBytes);
  writeOnce(join(root, "bench/tiny"), tiny);
  checksums.set("/bench/tiny", checksumOf([tiny]));
  const block = noise(smallBytes);
  for (let index = 0; index < smallCount; index += 1) {
    const key = smallKey(index);
    const path = join(root, "small", key);
    if (index % 1000 === 0) mkdirSync(dirname(path), { recursive: true });
    block.writeUInt32LE(index);
    checksums.set(`/small/${key}`, checksumOf([block]));
    writeOnce(path, block);
  }
  const [smallEtag, tinyEtag] = [etagOf(smallBytes), etagOf(tinyBytes)];
  return {
    root,
    large,
    largeBytes,
    smallCount,
    smallBytes,
    smallEtag,
    tinyBytes,
    tinyEtag,
    checksums,
  };
}

/** As nginx makes it. */
const etagOf = (sizeBytes: number) =>
  `${(written.getTime() / 1000).toString(16)}-${sizeBytes.toString(16)}`;

function writeOnce(path: string, bytes: Uint8Array): void {
  if (statSync(path, { throwIfNoEntry: false })?.size === bytes.length) return;
  writeFileSync(path, bytes);
  utimesSync(path, written, written);
}

/** Random bytes, each MiB with its number, so that no piece may stand in another's place. @returns its checksum. */
function makeLarge(path: string, sizeBytes: number): string {
  const isThere = statSync(path, { throwIfNoEntry: false })?.size === sizeBytes;
  const piece = noise(MiB);
  const digest = createDigest("CRC64NVME");
  const file = isThere ? undefined : openSync(path, "w");
  for (let at = 0; at < sizeBytes; at += MiB) {
    piece.writeBigUInt64LE(BigInt(at));
    const bytes = piece.subarray(0, Math.min(MiB, sizeBytes - at));
    digest.update(bytes);
    if (file !== undefined) writeSync(file, bytes);
  }
  if (file !== undefined) closeSync(file);
  utimesSync(path, written, written);
  return digest.bytes().toString("base64");
}

function checksumOf(pieces: readonly Uint8Array[]): string {
  const digest = createDigest("CRC64NVME");
  for (const piece of pieces) digest.update(piece);
  return digest.bytes().toString("base64");
}

/** Bytes that do not shrink, and the same at each run. */
function noise(sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  for (let at = 0; at < sizeBytes; at += 32) {
    createHash("sha256").update(`noise ${at}`).digest().copy(bytes, at);
  }
  return bytes;
}

function linkOnce(from: string, to: string): void {
  if (!statSync(to, { throwIfNoEntry: false })) linkSync(from, to);
}
