import { createHash } from "node:crypto";
import { createCrcEngine } from "./crc-engine.ts";

/** What S3 may have stored of an object's bytes ("Checking object integrity"); MD5 is the ETag of a single-part object. */
export const checksumAlgorithms = [
  "CRC64NVME",
  "CRC32C",
  "CRC32",
  "SHA256",
  "SHA1",
  "MD5",
] as const;

export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

export interface StoredChecksum {
  algorithm: ChecksumAlgorithm;
  /** Base64 as S3 writes it, without the `-N` of a composite one; MD5 in hex, as in the ETag. */
  value: string;
  /** Number of parts of a composite checksum (the checksum of the parts' checksums); undefined: of the full object. */
  parts?: number;
}

export interface StoredFacts {
  /** As S3 writes them: base64, with `-N` for a composite of N parts. */
  checksums: Readonly<Partial<Record<Exclude<ChecksumAlgorithm, "MD5">, string | undefined>>>;
  /** Without quotes. */
  etag: string;
  /** `AES256`, `aws:kms`, `aws:kms:dsse`. */
  encryption: string | undefined;
  /** Algorithm of a customer's own key. */
  customerKey: string | undefined;
}

/**
 * What S3 knows of an object's bytes. An ETag without `-` is their MD5 unless the object is
 * encrypted with SSE-KMS or SSE-C ("Object", Amazon S3 API Reference).
 */
export function storedChecksum(facts: StoredFacts): StoredChecksum | undefined {
  for (const algorithm of checksumAlgorithms) {
    const text = algorithm === "MD5" ? undefined : facts.checksums[algorithm];
    if (!text) continue;
    const [value = "", parts] = text.split("-");
    return { algorithm, value, ...(parts ? { parts: Number(parts) } : {}) };
  }
  const isOpaque = facts.encryption?.startsWith("aws:kms") || facts.customerKey !== undefined;
  return isMd5Etag(facts.etag) && !isOpaque ? { algorithm: "MD5", value: facts.etag } : undefined;
}

/** True for one that a file can be compared with; a composite one needs the sizes of the parts. */
export const isOfWhole = (checksum: StoredChecksum | undefined): checksum is StoredChecksum =>
  checksum !== undefined && checksum.parts === undefined;

export const isMd5Etag = (etag: string) => /^[0-9a-f]{32}$/.test(etag);

/** A checksum that is fed piece by piece. */
export interface Digest {
  update(bytes: Uint8Array): void;
  /** As bytes, in network order. Ends the digest. */
  bytes(): Buffer;
}

/** @param engine for CRCs: that of the memory in which the bytes will stand, if there is one. */
export function createDigest(algorithm: ChecksumAlgorithm, engine = createCrcEngine()): Digest {
  if (algorithm === "CRC64NVME") return crcDigest(engine.crc64Nvme, 0n);
  if (algorithm === "CRC32C") return crcDigest(engine.crc32c, 0);
  if (algorithm === "CRC32") return crcDigest(engine.crc32, 0);
  const hash = createHash(algorithm.toLowerCase());
  return { update: (bytes) => void hash.update(bytes), bytes: () => hash.digest() };
}

/** The digest's bytes in the form in which S3 writes this algorithm. */
export function checksumText(algorithm: ChecksumAlgorithm, bytes: Buffer): string {
  return bytes.toString(algorithm === "MD5" ? "hex" : "base64");
}

export function checksumOf(algorithm: ChecksumAlgorithm, bytes: Uint8Array): string {
  const digest = createDigest(algorithm);
  digest.update(bytes);
  return checksumText(algorithm, digest.bytes());
}

function crcDigest<Crc extends number | bigint>(
  update: (crc: Crc, bytes: Uint8Array) => Crc,
  start: Crc,
): Digest {
  let crc = start;
  return {
    update: (bytes) => void (crc = update(crc, bytes)),
    bytes() {
      const bytes = Buffer.alloc(typeof crc === "bigint" ? 8 : 4);
      if (typeof crc === "bigint") bytes.writeBigUInt64BE(crc);
      else bytes.writeUInt32BE(crc);
      return bytes;
    },
  };
}
