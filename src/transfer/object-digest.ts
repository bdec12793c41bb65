import type { Aws } from "../aws/connect.ts";
import { headObject } from "../aws/s3-objects.ts";
import { RunctlError } from "../errors.ts";
import {
  type ChecksumAlgorithm,
  type Digest,
  type StoredChecksum,
  checksumText,
  createDigest,
} from "../object-checksum.ts";

interface PinnedObject {
  bucket: string;
  key: string;
  etag: string;
  sizeBytes: number;
}

/** Takes an object's bytes in order and tells at the end whether they are what S3 stored. */
export interface ObjectDigest {
  update(bytes: Uint8Array): void;
  isRight(): boolean;
}

/** For a composite checksum this asks S3 for the sizes of the parts. */
export async function objectDigest(
  aws: Aws,
  object: PinnedObject,
  checksum: StoredChecksum,
  signal?: AbortSignal,
): Promise<ObjectDigest> {
  const { algorithm, value, parts } = checksum;
  const digest =
    parts === undefined
      ? createDigest(algorithm)
      : compositeDigest(algorithm, await partSizes(aws, object, parts, signal));
  return {
    update: (bytes) => digest.update(bytes),
    isRight: () => checksumText(algorithm, digest.bytes()) === value,
  };
}

/** The checksum of the parts' checksums, each as its raw bytes. */
function compositeDigest(algorithm: ChecksumAlgorithm, sizes: readonly number[]): Digest {
  const whole = createDigest(algorithm);
  let part = createDigest(algorithm);
  let index = 0;
  let left = sizes[0] ?? 0;
  const endPart = () => {
    whole.update(part.bytes());
    part = createDigest(algorithm);
    index += 1;
    left = sizes[index] ?? 0;
  };
  return {
    update(bytes) {
      for (let at = 0; at < bytes.length;) {
        if (index >= sizes.length) throw new RangeError("more bytes than the parts hold");
        const piece = bytes.subarray(at, at + left);
        part.update(piece);
        left -= piece.length;
        at += piece.length;
        if (left === 0) endPart();
      }
    },
    bytes: () => whole.bytes(),
  };
}

/** Parts of one size (but for the last) take one question, others one each. */
async function partSizes(
  aws: Aws,
  object: PinnedObject,
  count: number,
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const sizeOf = async (partNumber: number) => {
    const part = await headObject(aws, { ...object, partNumber }, signal);
    if (part) return part.sizeBytes;
    throw new RunctlError("NOT_FOUND", `s3://${object.bucket}/${object.key} vanished from S3`);
  };
  const first = await sizeOf(1);
  const last = object.sizeBytes - first * (count - 1);
  if (count === 1 || (last > 0 && last <= first && (await sizeOf(count)) === last)) {
    const equal = await sizeOf(Math.ceil(count / 2));
    if (count <= 2 || equal === first) return [...Array<number>(count - 1).fill(first), last];
  }
  const sizes: number[] = [];
  for (let partNumber = 1; partNumber <= count; partNumber += 1) {
    sizes.push(await sizeOf(partNumber));
  }
  return sizes;
}
