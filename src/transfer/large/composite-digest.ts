import { type ChecksumAlgorithm, type Digest, createDigest } from "../../object-checksum.ts";

/** The checksum of the parts' checksums, each as its raw bytes; takes the object's bytes in order. */
export function compositeDigest(algorithm: ChecksumAlgorithm, sizes: readonly number[]): Digest {
  const whole = createDigest(algorithm);
  let part = createDigest(algorithm);
  let index = 0;
  let left = sizes[0] ?? 0;
  const endPart = () => {
    whole.update(part.bytes());
    part = createDigest(algorithm);
    index += 1;
    left = sizes[index] ?? 0;
    // The last part may be empty.
    if (left === 0 && index < sizes.length) endPart();
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
