import { slicingTableBytes, slicingTables, updateFunction } from "./crc-reduction.ts";
import { crc32Ring, crc32cRing, crc64NvmeRing } from "./crc-ring.ts";
import { type WasmFunction, call, i64, local, wasmModule, when, whileTrue } from "./wasm-code.ts";

/** What the WebAssembly module exports; all 64-bit numbers are signed, as everywhere in WebAssembly. */
export interface CrcProgram {
  crc64Nvme(crc: bigint, offset: number, length: number): bigint;
  crc32(crc: bigint, offset: number, length: number): bigint;
  crc32c(crc: bigint, offset: number, length: number): bigint;
  /** @param one x^0 in the reflected ring: its highest bit. */
  combine(crcA: bigint, crcB: bigint, lengthB: bigint, polynomial: bigint, one: bigint): bigint;
}

/** Memory 1 has the tables of each ring, one after the other, and then the scratch. */
const rings = { crc64Nvme: crc64NvmeRing, crc32: crc32Ring, crc32c: crc32cRing };
const scratch = Object.keys(rings).length * slicingTableBytes;

let parts: { module: WebAssembly.Module; tables: readonly BigUint64Array[] } | undefined;

/** The program over the bytes of `memory`. It is compiled on first use, in about 5 ms. */
export function crcProgram(memory: WebAssembly.Memory): CrcProgram {
  const { module, tables } = (parts ??= makeParts());
  const { exports } = new WebAssembly.Instance(module, { host: { bytes: memory } });
  const { own, ...program } = exports as unknown as CrcProgram & { own: WebAssembly.Memory };
  const ownNumbers = new BigUint64Array(own.buffer);
  for (const [index, table] of tables.entries()) ownNumbers.set(table, index * table.length);
  return program;
}

function makeParts() {
  const functions = [
    multiply,
    combine,
    updateFunction("crc64Nvme", rings.crc64Nvme, { tables: 0, scratch }),
    updateFunction("crc32", rings.crc32, { tables: slicingTableBytes, scratch }),
    updateFunction("crc32c", rings.crc32c, { tables: 2 * slicingTableBytes, scratch }),
  ];
  return {
    module: new WebAssembly.Module(wasmModule(functions, 1)),
    tables: Object.values(rings).map(slicingTables),
  };
}

const multiply = multiplyFunction();
const combine = combineFunction(0);

/** `(left, right, polynomial, one)`: their product modulo the polynomial. */
function multiplyFunction(): WasmFunction {
  const [left, right, polynomial, bit] = [local(0), local(1), local(2), local(3)];
  const product = local(4);
  const zero = i64.const(0n);
  const one = i64.const(1n);
  const timesX = i64.xor(
    i64.shiftRight(right.get, one),
    i64.and(polynomial.get, i64.subtract(zero, i64.and(right.get, one))),
  );
  return {
    name: "multiply",
    parameters: ["i64", "i64", "i64", "i64"],
    result: "i64",
    locals: ["i64"],
    body: [
      // In a reflected ring the highest bit is x^0, and the next lower one is x times as much.
      whileTrue(
        i64.isNotEqual(bit.get, zero),
        when(
          i64.isNotEqual(i64.and(left.get, bit.get), zero),
          product.set(i64.xor(product.get, right.get)),
        ),
        right.set(timesX),
        bit.set(i64.shiftRight(bit.get, one)),
      ),
      product.get,
    ].flat(),
  };
}

/**
 * `(crcA, crcB, lengthB, polynomial, one)`: A's CRC times x^(8·lengthB), by squaring, and B's.
 *
 * @param times index of the multiplication among the module's functions.
 */
function combineFunction(times: number): WasmFunction {
  const [crcA, crcB, lengthB, polynomial, one] = [local(0), local(1), local(2), local(3), local(4)];
  const [power, shift] = [local(5), local(6)];
  const product = (left: typeof power, right: typeof power) =>
    call(times, left.get, right.get, polynomial.get, one.get);
  return {
    name: "combine",
    parameters: ["i64", "i64", "i64", "i64", "i64"],
    result: "i64",
    locals: ["i64", "i64"],
    body: [
      power.set(i64.shiftRight(one.get, i64.const(8n))),
      shift.set(one.get),
      whileTrue(
        i64.isNotEqual(lengthB.get, i64.const(0n)),
        when(
          i64.isNotEqual(i64.and(lengthB.get, i64.const(1n)), i64.const(0n)),
          shift.set(product(shift, power)),
        ),
        power.set(product(power, power)),
        lengthB.set(i64.shiftRight(lengthB.get, i64.const(1n))),
      ),
      i64.xor(product(crcA, shift), crcB.get),
    ].flat(),
  };
}
