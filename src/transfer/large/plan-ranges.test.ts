import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { bufferBytes } from "./buffer-pool.ts";
import { planRanges, usualRangeBytes } from "./plan-ranges.ts";

const GiB = 1024 ** 3;

test("ranges cover an object without a gap, each on a boundary that O_DIRECT takes", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 * GiB }), (sizeBytes) => {
      let next = 0;
      for (const { first, lengthBytes, pieceLengths } of planRanges(sizeBytes)) {
        assert.equal(first, next);
        assert.equal(first % bufferBytes, 0);
        assert.ok(lengthBytes > 0 && lengthBytes <= usualRangeBytes);
        assert.deepEqual(pieceLengths, [lengthBytes]);
        next += lengthBytes;
      }
      assert.equal(next, sizeBytes);
    }),
  );
});

test("with parts, pieces end where a part or a range ends, and nowhere else", () => {
  const partSizes = fc.array(fc.integer({ min: 1, max: 40 * bufferBytes }), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(partSizes, (sizes) => {
      const sizeBytes = sizes.reduce((sum, size) => sum + size, 0);
      const ranges = planRanges(sizeBytes, sizes);
      const wanted = new Set([...ends(sizes), ...ends(ranges.map((range) => range.lengthBytes))]);

      const got = ends(ranges.flatMap((range) => range.pieceLengths));

      assert.deepEqual(
        got,
        [...wanted].toSorted((a, b) => a - b),
      );
    }),
  );
});

test("the largest object of S3 has few enough ranges to note each", () => {
  const ranges = planRanges(50 * 1024 * GiB);

  assert.ok(ranges.length <= 20_480, `${ranges.length} ranges`);
  assert.equal(ranges[0]!.lengthBytes % bufferBytes, 0);
});

/** Where pieces of these lengths end. */
function ends(lengths: readonly number[]): number[] {
  let at = 0;
  return lengths.map((length) => (at += length));
}
