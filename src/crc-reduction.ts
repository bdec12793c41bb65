import type { CrcRing } from "./crc-ring.ts";
import {
  type Code,
  type WasmFunction,
  copyInside,
  fillWithZeros,
  i32,
  i64,
  local,
  v128,
  when,
  whileTrue,
} from "./wasm-code.ts";

/*
 * How the bytes are reduced. For some distances d1 < d2 < … < dk, in bytes,
 *
 *     x^(8·dk) + x^(8·(dk - d1)) + x^(8·(dk - d2)) + … + 1
 *
 * is a multiple of the polynomial. So a byte may be struck out if it is added (XOR) to the bytes
 * that stand d1, d2, … dk after it: the CRC stays the same. Struck out from the front, every byte
 * becomes itself + the k bytes before it at these distances ("gather"), sixteen at once, with no
 * multiplication and no table; what comes off is kept for the bytes to come. The last dk bytes are
 * left and go through tables. The idea is that of "Chorba: A novel CRC32 implementation"
 * (arXiv:2412.16398), with whole bytes for bits, because WebAssembly has no carry-less multiplication.
 *
 * The distances were found by a birthday search (sums of four powers that meet sums of four), and
 * crc-engine.test.ts shows that they are multiples. Few are fast; a small dk makes a short rest;
 * and d1 has to be large: bytes that are read again before their store has left the store buffer,
 * and at another alignment, cost a stall. Measured in GB/s for 16 KiB | 1 MiB at a time, best of five on
 * one core of a Zen 5 that had other work too:
 *
 *     CRC-64, slicing by eight (JavaScript, before)    1.0 |  1.0
 *     CRC-64, slicing by eight (WebAssembly)           1.4 |  1.4
 *     CRC-64, d = 29 735 750 804 821 934 1141 1269     2.2 |  2.5   d1 too small
 *     CRC-64, d = 124 200 360 702 872 925 1021 1243    4.6 |  7.9
 *     CRC-64, d = 356 … 1370 (below)                   5.3 |  9.0
 *     CRC-32C, d = 65 155 170 195 209                  6.0 |  9.5   d1 too small
 *     CRC-32C, d = 334 445 492 530 553 (below)         9.3 | 14.0
 *     CRC-32, d = 362 … 548 (below)                    8.8 | 13.2
 *     CRC-32, node:zlib                                4.8 |  5.1
 *
 * Four vectors in a row are enough: two are up to 10 % slower, eight are no faster.
 */
export const crcDistances = {
  crc64Nvme: [356, 387, 649, 809, 901, 1180, 1333, 1370],
  crc32: [362, 398, 510, 526, 548],
  crc32c: [334, 445, 492, 530, 553],
};

/** Numbers of the module's memories. */
const theirs = 0;
const own = 1;

const lanes = 8;
/** Of struck out bytes before the last ones move to the front again: together with the tables they stay in a 32 KiB L1. */
const scratchBytes = 8192;
const vectorsInARow = 4;

/** Bytes of what `slicingTables` makes. */
export const slicingTableBytes = lanes * 256 * 8;

/** What each byte becomes when 8, 16, … 64 bits have followed it. */
export function slicingTables({ polynomial }: CrcRing): BigUint64Array {
  const afterBits = [1n];
  for (let last = 1n; afterBits.length <= lanes * 8; afterBits.push(last)) {
    last = last & 1n ? (last >> 1n) ^ polynomial : last >> 1n;
  }
  const tables = new BigUint64Array(lanes * 256);
  for (let lane = 0; lane < lanes; lane++) {
    const table = tables.subarray(lane * 256, (lane + 1) * 256);
    // The bit 2^k is k bits behind 2^0; every other byte is a sum of bits.
    for (let k = 0; k < 8; k++) table[2 ** k] = afterBits[8 * (lane + 1) - k]!;
    for (let byte = 1; byte < 256; byte++) {
      const lowestBit = byte & -byte;
      if (byte !== lowestBit) table[byte] = table[byte - lowestBit]! ^ table[lowestBit]!;
    }
  }
  return tables;
}

const byteOf = (value: Code, index: number): Code =>
  i64.and(i64.shiftRight(value, i64.const(8n * BigInt(index))), i64.const(255n));

/**
 * `(crc, offset, length)`: the CRC of what was before and of `length` bytes at `offset` of memory 0.
 *
 * @param tables where `slicingTables` stands in memory 1.
 * @param scratch where 12 KiB of memory 1 are free.
 */
export function updateFunction(
  name: keyof typeof crcDistances,
  { bits }: CrcRing,
  { tables, scratch }: { tables: number; scratch: number },
): WasmFunction {
  const [state, at, length] = [local(0), local(1), local(2)];
  const [end, history, stop, word] = [local(3), local(4), local(5), local(6)];
  const inverted = i64.xor(state.get, i64.const(2n ** BigInt(bits) - 1n));
  const far = Math.max(...crcDistances[name]);
  /** How much is kept of what was struck out; whole vectors, so that stores are aligned. */
  const kept = Math.ceil(far / 16) * 16;

  const advance = (count: number, ...pointers: (typeof at)[]): Code =>
    pointers.flatMap((pointer) => pointer.set(i32.add(pointer.get, i32.const(count))));
  const entry = (lane: number, index: Code): Code =>
    i64.load({
      at: i32.shiftLeft(i64.toI32(index), i32.const(3)),
      offset: tables + lane * 2048,
      memory: own,
    });
  const struckOutBefore = (load: typeof v128.load, ahead: number): Code[] =>
    crcDistances[name].map((distance) =>
      load({ at: history.get, offset: kept - distance + ahead, memory: own }),
    );

  /** Slicing by eight: one table per byte, so that no lookup waits for another. */
  const reduceWord = (value: Code): Code => [
    ...word.set(i64.xor(state.get, value)),
    ...state.set(
      Array.from({ length: lanes }, (_, index) =>
        entry(lanes - 1 - index, byteOf(word.get, index)),
      ).reduce((sum, one) => i64.xor(sum, one)),
    ),
  ];
  const strikeOut = (vector: number): Code => {
    const offset = 16 * vector;
    const sum = v128.xor(
      v128.load({ at: at.get, offset, memory: theirs }),
      ...struckOutBefore(v128.load, offset),
    );
    return v128.store({ at: history.get, offset: kept + offset, memory: own }, sum);
  };
  const inBulk = [
    fillWithZeros(own, i32.const(scratch), i32.const(kept)),
    // So far back that it meets only the first bytes.
    i64.store({ at: i32.const(scratch + kept - far), memory: own }, state.get),
    history.set(i32.const(scratch)),
    stop.set(i32.subtract(end.get, i32.const(kept + 16 * vectorsInARow - 1))),
    whileTrue(
      i32.isLess(at.get, stop.get),
      Array.from({ length: vectorsInARow }, (_, vector) => strikeOut(vector)).flat(),
      advance(16 * vectorsInARow, at, history),
      when(
        i32.isAtLeast(history.get, i32.const(scratch + scratchBytes)),
        copyInside(own, i32.const(scratch), history.get, i32.const(kept)),
        history.set(i32.const(scratch)),
      ),
    ),
    // The rest is not struck out: nothing of it may come back.
    fillWithZeros(own, i32.add(history.get, i32.const(kept)), i32.const(kept)),
    state.set(i64.const(0n)),
    stop.set(i32.add(at.get, i32.const(kept))),
    whileTrue(
      i32.isLess(at.get, stop.get),
      reduceWord(
        i64.xor(i64.load({ at: at.get, memory: theirs }), ...struckOutBefore(i64.load, 0)),
      ),
      advance(8, at, history),
    ),
  ];
  return {
    name,
    parameters: ["i64", "i32", "i32"],
    result: "i64",
    locals: ["i32", "i32", "i32", "i64"],
    body: [
      state.set(inverted),
      end.set(i32.add(at.get, length.get)),
      // Below that, the tables alone are as fast.
      when(i32.isAtLeast(length.get, i32.const(2 * kept)), ...inBulk),
      whileTrue(
        i32.isAtLeast(i32.subtract(end.get, at.get), i32.const(8)),
        reduceWord(i64.load({ at: at.get, memory: theirs })),
        advance(8, at),
      ),
      whileTrue(
        i32.isLess(at.get, end.get),
        state.set(
          i64.xor(
            i64.shiftRight(state.get, i64.const(8n)),
            entry(0, byteOf(i64.xor(state.get, i64.loadByte({ at: at.get, memory: theirs })), 0)),
          ),
        ),
        advance(1, at),
      ),
      inverted,
    ].flat(),
  };
}
