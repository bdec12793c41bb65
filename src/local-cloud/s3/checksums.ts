import { createHash } from "node:crypto";
import { combineCrc32 } from "../../crc-combine.ts";
import { createCrcEngine } from "../../crc-engine.ts";
import { combineCrc32c, Crc32c } from "../../crc32c.ts";
import { combineCrc64Nvme, Crc64Nvme } from "../../crc64-nvme.ts";

export const checksumAlgorithms = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

/** COMPOSITE: the checksum of the parts' checksums; its value then ends with `-PARTS`. */
export type ChecksumType = "FULL_OBJECT" | "COMPOSITE";

export interface Checksum {
  algorithm: ChecksumAlgorithm;
  /** Base64, as S3 shows it. */
  value: string;
}

export const checksumHeader = (algorithm: ChecksumAlgorithm): string =>
  `x-amz-checksum-${algorithm.toLowerCase()}`;

/** The name of its XML element, such as `ChecksumCRC32`. */
export const checksumElement = (algorithm: ChecksumAlgorithm): string => `Checksum${algorithm}`;

export function findChecksumAlgorithm(name: string): ChecksumAlgorithm | undefined {
  return checksumAlgorithms.find((algorithm) => algorithm === name.toUpperCase());
}

const digestBytes: Record<ChecksumAlgorithm, number> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

/** Whether `value` is base64 of the right length. */
export function isChecksumValue(algorithm: ChecksumAlgorithm, value: string): boolean {
  const bytes = Buffer.from(value, "base64");
  return bytes.length === digestBytes[algorithm] && bytes.toString("base64") === value;
}

/** A checksum in the making. */
export interface RunningChecksum {
  update(bytes: Uint8Array): unknown;
  /** May be called once. */
  digest(): Buffer;
}

export function startChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  return starts[algorithm]();
}

const starts: Record<ChecksumAlgorithm, () => RunningChecksum> = {
  CRC32: () => {
    const { crc32 } = createCrcEngine();
    let value = 0;
    return {
      update: (bytes) => void (value = crc32(value, bytes)),
      digest: () => bigEndian(BigInt(value), 4),
    };
  },
  CRC32C: () => {
    const crc = new Crc32c();
    return {
      update: (bytes) => crc.update(bytes),
      digest: () => bigEndian(BigInt(crc.value()), 4),
    };
  },
  CRC64NVME: () => {
    const crc = new Crc64Nvme();
    return { update: (bytes) => crc.update(bytes), digest: () => bigEndian(crc.value(), 8) };
  },
  SHA1: () => createHash("sha1"),
  SHA256: () => createHash("sha256"),
};

/** A part's checksum and its length in bytes. */
export interface PartChecksum {
  value: string;
  size: number;
}

/** `base64-N`: the checksum of the parts' checksums. */
export function compositeChecksum(
  algorithm: ChecksumAlgorithm,
  parts: readonly PartChecksum[],
): string {
  const running = startChecksum(algorithm);
  for (const part of parts) running.update(Buffer.from(part.value, "base64"));
  return `${running.digest().toString("base64")}-${parts.length}`;
}

/** The checksum of the whole object from those of its parts; only CRCs can do that. */
export function fullObjectChecksum(
  algorithm: "CRC32" | "CRC32C" | "CRC64NVME",
  parts: readonly PartChecksum[],
): string {
  const bytes = digestBytes[algorithm];
  let whole = 0n;
  for (const part of parts) {
    const next = BigInt(`0x${Buffer.from(part.value, "base64").toString("hex")}`);
    whole = combine(algorithm, whole, next, part.size);
  }
  return bigEndian(whole, bytes).toString("base64");
}

function combine(
  algorithm: "CRC32" | "CRC32C" | "CRC64NVME",
  before: bigint,
  next: bigint,
  size: number,
): bigint {
  if (algorithm === "CRC64NVME") return combineCrc64Nvme(before, next, size);
  const combineNumbers = algorithm === "CRC32" ? combineCrc32 : combineCrc32c;
  return BigInt(combineNumbers(Number(before), Number(next), size));
}

function bigEndian(value: bigint, bytes: number): Buffer {
  return Buffer.from(value.toString(16).padStart(bytes * 2, "0"), "hex");
}
