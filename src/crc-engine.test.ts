import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { crc32 as zlibCrc32 } from "node:zlib";
import * as fc from "fast-check";
import { combineCrc } from "./crc-combine.ts";
import { createCrcEngine } from "./crc-engine.ts";
import { crcDistances } from "./crc-reduction.ts";
import { type CrcRing, crc32Ring, crc32cRing, crc64NvmeRing } from "./crc-ring.ts";

const memory = new WebAssembly.Memory({ initial: 4 });
const inMemory = new Uint8Array(memory.buffer);
inMemory.set(randomBytes(inMemory.length));
const engine = createCrcEngine(memory);

const names = ["crc64Nvme", "crc32", "crc32c"] as const;
const rings: Record<(typeof names)[number], CrcRing> = {
  crc64Nvme: crc64NvmeRing,
  crc32: crc32Ring,
  crc32c: crc32cRing,
};

const crcOf = (name: (typeof names)[number], bytes: Uint8Array, of = engine): bigint =>
  BigInt(name === "crc64Nvme" ? of.crc64Nvme(0n, bytes) : of[name](0, bytes));

/** One table and one byte at a time: slow, and nothing to get wrong. */
function plainCrc({ bits, polynomial }: CrcRing): (bytes: Uint8Array) => bigint {
  const table = Array.from({ length: 256 }, (_, byte) => {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ polynomial : crc >> 1n;
    return crc;
  });
  const allOnes = (1n << BigInt(bits)) - 1n;
  return (bytes) => {
    let crc = allOnes;
    for (const byte of bytes) crc = (crc >> 8n) ^ table[Number((crc ^ BigInt(byte)) & 255n)]!;
    return crc ^ allOnes;
  };
}

for (const name of names) {
  const plain = plainCrc(rings[name]);

  test(`${name}: any bytes at any place of the memory have the CRC of the plain algorithm`, () => {
    const lengths = fc.oneof(
      fc.integer({ min: 0, max: 100 }),
      // Around the lengths at which another way begins, and at which kept bytes move to the front.
      fc.integer({ min: 1000, max: 3000 }),
      fc.integer({ min: 8100, max: 12_000 }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 70_000 }), lengths, (offset, length) => {
        const bytes = inMemory.subarray(offset, offset + length);
        assert.equal(crcOf(name, bytes), plain(bytes));
      }),
    );
  });

  test(`${name}: bytes outside the memory have the same CRC, also when they are copied in pieces`, () => {
    for (const length of [0, 1, 65_535, 65_536, 65_537, 200_001]) {
      const bytes = inMemory.slice(7, 7 + length);
      const expected = crcOf(name, inMemory.subarray(7, 7 + length));
      assert.equal(crcOf(name, bytes), expected);
      assert.equal(crcOf(name, bytes, createCrcEngine()), expected);
    }
  });

  test(`${name}: the distances make a multiple of the polynomial`, () => {
    const far = Math.max(...crcDistances[name]);
    const one = 1n << BigInt(rings[name].bits - 1);
    // Combining with nothing multiplies by x^(8·length).
    const powers = [far, ...crcDistances[name].map((distance) => far - distance)].map((exponent) =>
      combineCrc(rings[name], one, 0n, exponent),
    );
    assert.equal(
      powers.reduce((sum, power) => sum ^ power),
      0n,
    );
  });

  test(`${name}: a piece continues the CRC of the bytes before it`, () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9000 }), (cut) => {
        const [a, b] = [inMemory.subarray(3, 3 + cut), inMemory.subarray(3 + cut, 9003)];
        const both =
          name === "crc64Nvme"
            ? engine.crc64Nvme(engine.crc64Nvme(0n, a), b)
            : BigInt(engine[name](engine[name](0, a), b));
        assert.equal(both, crcOf(name, inMemory.subarray(3, 9003)));
      }),
    );
  });
}

test("crc32 is that of node:zlib", () => {
  for (const length of [0, 1, 8191, 8192, 100_000]) {
    const bytes = inMemory.subarray(1, 1 + length);
    assert.equal(engine.crc32(0, bytes), zlibCrc32(bytes));
  }
});

test("the bytes are only read", () => {
  const before = inMemory.slice();

  for (const name of names) crcOf(name, inMemory);

  assert.ok(Buffer.from(before).equals(inMemory));
});

test("a memory that grew is still the engine's", () => {
  const growing = new WebAssembly.Memory({ initial: 1 });
  const its = createCrcEngine(growing);
  growing.grow(1);
  const bytes = new Uint8Array(growing.buffer, 60_000, 9_000).fill(5);

  assert.equal(its.crc64Nvme(0n, bytes), engine.crc64Nvme(0n, bytes.slice()));
});
