import { type StoredChecksum, checksumText, createDigest } from "../../object-checksum.ts";
import type { BufferPool } from "./buffer-pool.ts";
import {
  type CrcAlgorithm,
  type Piece,
  combine,
  compositeText,
  crcText,
  isCrc,
} from "./crc-sums.ts";
import type { DiskFile } from "./disk-file.ts";
import { compositeDigest } from "./composite-digest.ts";
import { readThrough } from "./read-ranges.ts";

/** A file that has come, complete and, unless nobody wanted to know, right. */
export interface RightFile {
  /** Of the whole; undefined: none was taken. */
  checksum: StoredChecksum | undefined;
  /** S3's own; undefined where it has none, or none was taken to compare. */
  compared: StoredChecksum | undefined;
  /** Of S3's answer. */
  headers: ReadonlyMap<string, string>;
}

/** An object that has come, and what S3 says of it. */
export interface ArrivedObject {
  file: DiskFile;
  pool: BufferPool;
  sizeBytes: number;
  /** Of all ranges, in order. */
  pieces: readonly Piece[];
  /** Of the pieces. */
  algorithm: CrcAlgorithm;
  stored: StoredChecksum | undefined;
  /** Of an object with a composite checksum; those of the pieces add up to them where that is of the same algorithm. */
  partSizes: readonly number[] | undefined;
  /** Asks for the sizes of all parts, where those of `partSizes` are not sure. */
  allPartSizes?: (() => Promise<readonly number[]>) | undefined;
}

/**
 * Compares what came with S3's checksum: by the checksums of the ranges where they combine to it, else by reading
 * the file in order.
 *
 * @returns undefined when the bytes are wrong, else the checksum of the whole.
 */
export async function checkObject(arrived: ArrivedObject): Promise<StoredChecksum | undefined> {
  const { pieces, algorithm, stored, partSizes } = arrived;
  const value = crcText(algorithm, combine(algorithm, pieces));
  const whole: StoredChecksum = { algorithm, value };
  if (!stored) return whole;
  if (!(await hasChecksum(arrived, stored, value))) {
    const sizes = partSizes && (await arrived.allPartSizes?.());
    // The same sizes would say the same.
    if (!sizes || String(sizes) === String(partSizes)) return undefined;
    const again = { ...arrived, partSizes: sizes };
    return (await digestOfFile(again, stored)) === stored.value ? whole : undefined;
  }
  return stored.algorithm !== algorithm && stored.parts === undefined ? stored : whole;
}

/** @param value the CRC of the whole. */
async function hasChecksum(arrived: ArrivedObject, stored: StoredChecksum, value: string) {
  const { pieces, algorithm, partSizes, pool } = arrived;
  if (stored.algorithm !== algorithm) {
    return (await digestOfFile(arrived, stored)) === stored.value;
  }
  const found = partSizes ? compositeText(pool.crc, algorithm, pieces, partSizes) : value;
  return found === stored.value;
}

/** Which CRC to take of the ranges: S3's own where it has one. */
export const rangeAlgorithm = (stored: StoredChecksum | undefined): CrcAlgorithm =>
  stored && isCrc(stored.algorithm) ? stored.algorithm : "CRC64NVME";

async function digestOfFile(
  { file, pool, sizeBytes, partSizes }: ArrivedObject,
  { algorithm }: StoredChecksum,
): Promise<string> {
  const digest = partSizes ? compositeDigest(algorithm, partSizes) : createDigest(algorithm);
  await readThrough({ pool, file, first: 0, lengthBytes: sizeBytes }, (bytes) =>
    digest.update(bytes),
  );
  return checksumText(algorithm, digest.bytes());
}
