import { hash } from "node:crypto";

const blockBytes = 64;
const digestBytes = 32;

/** HMAC-SHA256 with one key over ASCII texts, in hex. */
export type AsciiHmac = (text: string) => string;

/**
 * RFC 2104 over one-shot hashes, with the padded key kept: half the cost of `createHmac`, which makes an object each time.
 *
 * @param key at most 64 bytes
 */
export function asciiHmac(key: Uint8Array): AsciiHmac {
  let inner = Buffer.alloc(blockBytes + 512, 0x36);
  const outer = Buffer.alloc(blockBytes + digestBytes, 0x5c);
  for (const [index, byte] of key.entries()) {
    inner[index] = 0x36 ^ byte;
    outer[index] = 0x5c ^ byte;
  }
  return (text) => {
    if (blockBytes + text.length > inner.length) {
      inner = Buffer.concat([inner.subarray(0, blockBytes), Buffer.alloc(text.length)]);
    }
    const count = inner.write(text, blockBytes, "latin1");
    outer.write(
      hash("sha256", inner.subarray(0, blockBytes + count), "binary"),
      blockBytes,
      "latin1",
    );
    return hash("sha256", outer);
  };
}
