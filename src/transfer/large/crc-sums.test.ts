import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { createCrcEngine } from "../../crc-engine.ts";
import { checksumOf } from "../../object-checksum.ts";
import { compositeDigest } from "./composite-digest.ts";
import { combine, compositeText, crcText, createRangeSum, parseCrc } from "./crc-sums.ts";

const algorithms = ["CRC64NVME", "CRC32C", "CRC32"] as const;
const engine = createCrcEngine();
const algorithm = fc.constantFrom(...algorithms);
/** Bytes, and the lengths of pieces that they are cut into. */
const cutBytes = fc
  .array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 8 })
  .map((pieces) => ({ bytes: Buffer.concat(pieces), lengths: pieces.map((one) => one.length) }));

test("a range's pieces combine to the checksum of the whole, however the bytes come", () => {
  fc.assert(
    fc.property(algorithm, cutBytes, fc.integer({ min: 1, max: 50 }), (name, cut, step) => {
      const sum = createRangeSum(engine, name, cut.lengths);
      for (let at = 0; at < cut.bytes.length; at += step) {
        sum.update(cut.bytes.subarray(at, at + step));
      }

      const pieces = sum.pieces();

      assert.deepEqual(
        pieces.map(({ lengthBytes }) => lengthBytes),
        cut.lengths,
      );
      assert.equal(crcText(name, combine(name, pieces)), checksumOf(name, cut.bytes));
    }),
  );
});

test("a composite checksum comes out of pieces that end where the parts end, and of the bytes", () => {
  fc.assert(
    fc.property(algorithm, cutBytes, fc.nat(7), (name, cut, joined) => {
      // A part may be of several pieces: two neighbours are one part.
      const at = joined % cut.lengths.length;
      const partSizes = [...cut.lengths];
      partSizes.splice(at, 2, partSizes[at]! + (partSizes[at + 1] ?? 0));
      const sum = createRangeSum(engine, name, cut.lengths);
      sum.update(cut.bytes);
      const digest = compositeDigest(name, partSizes);
      digest.update(cut.bytes);

      const ofPieces = compositeText(engine, name, sum.pieces(), partSizes);

      let start = 0;
      const values = partSizes.map((size) => {
        const part = checksumOf(name, cut.bytes.subarray(start, (start += size)));
        return Buffer.from(part, "base64");
      });
      assert.equal(ofPieces, checksumOf(name, Buffer.concat(values)));
      assert.equal(ofPieces, digest.bytes().toString("base64"));
    }),
  );
});

test("a checksum's text is read as it was written, and of no other length", () => {
  for (const name of algorithms) {
    const [piece] = [{ crc: 0x01020304n }];
    assert.equal(parseCrc(name, crcText(name, piece)), piece.crc);
    assert.throws(() => parseCrc(name, "AAA="), RangeError);
  }
});
