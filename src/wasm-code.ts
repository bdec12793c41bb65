// The part of the WebAssembly binary format (core specification, chapter "Binary Format") that the CRC program needs.

/** Bytes of instructions. An expression leaves its value on the stack; a statement leaves nothing. */
export type Code = readonly number[];

type ValueType = "i32" | "i64";

export interface WasmFunction {
  name: string;
  parameters: readonly ValueType[];
  result: ValueType;
  /** Beside the parameters, and numbered after them. */
  locals: readonly ValueType[];
  /** Ends with the expression that is the result. */
  body: Code;
}

const typeCodes: Record<ValueType, number> = { i32: 0x7f, i64: 0x7e };

type Binary = (first: Code, ...others: readonly Code[]) => Code;

/** Operators of two operands take more as well: `xor(a, b, c)` is `xor(xor(a, b), c)`. */
const binary =
  (...opcode: number[]): Binary =>
  (first, ...others) => [...first, ...others.flatMap((other) => [...other, ...opcode])];

/** Where a load or store goes: `at` + `offset` bytes of the memory with this number. */
interface Place {
  at: Code;
  offset?: number;
  memory: number;
}

const load =
  (...opcode: number[]) =>
  ({ at, offset = 0, memory }: Place): Code => [
    ...at,
    ...opcode,
    ...memoryArgument(offset, memory),
  ];

const store =
  (...opcode: number[]) =>
  ({ at, offset = 0, memory }: Place, value: Code): Code => [
    ...at,
    ...value,
    ...opcode,
    ...memoryArgument(offset, memory),
  ];

/** No alignment is promised; bit 6 says that the number of a memory follows. */
const memoryArgument = (offset: number, memory: number): Code => [
  0x40,
  memory,
  ...unsigned(offset),
];

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(BigInt(value))],
  add: binary(0x6a),
  subtract: binary(0x6b),
  shiftLeft: binary(0x74),
  /** Unsigned, as addresses are. */
  isLess: binary(0x49),
  isAtLeast: binary(0x4f),
};

export const i64 = {
  const: (value: bigint): Code => [0x42, ...signed(BigInt.asIntN(64, value))],
  subtract: binary(0x7d),
  and: binary(0x83),
  xor: binary(0x85),
  shiftLeft: binary(0x86),
  /** Zeros come in from the left. */
  shiftRight: binary(0x88),
  isNotEqual: binary(0x52),
  toI32: (value: Code): Code => [...value, 0xa7],
  load: load(0x29),
  loadByte: load(0x31),
  store: store(0x37),
};

/** 16 bytes at once. */
export const v128 = { load: load(0xfd, 0x00), store: store(0xfd, 0x0b), xor: binary(0xfd, 0x51) };

export function local(index: number): { get: Code; set: (value: Code) => Code } {
  return { get: [0x20, index], set: (value) => [...value, 0x21, index] };
}

export function call(functionIndex: number, ...values: readonly Code[]): Code {
  return [...values.flat(), 0x10, functionIndex];
}

export function when(condition: Code, ...body: readonly Code[]): Code {
  return [...condition, 0x04, 0x40, ...body.flat(), 0x0b];
}

export function whileTrue(condition: Code, ...body: readonly Code[]): Code {
  // A block around a loop: branch 1 leaves both, branch 0 starts the loop again.
  return [0x02, 0x40, 0x03, 0x40, ...condition, 0x45, 0x0d, 1, ...body.flat(), 0x0c, 0, 0x0b, 0x0b];
}

export function fillWithZeros(memory: number, at: Code, count: Code): Code {
  return [...at, ...i32.const(0), ...count, 0xfc, 0x0b, memory];
}

export function copyInside(memory: number, to: Code, from: Code, count: Code): Code {
  return [...to, ...from, ...count, 0xfc, 0x0a, memory, memory];
}

const magicAndVersion: Code = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/**
 * A module with two memories: 0 is imported as `host.bytes`; 1 is its own, of `ownPages` of 64 KiB, exported as `own`.
 */
export function wasmModule(functions: readonly WasmFunction[], ownPages: number): Uint8Array {
  return Uint8Array.from([
    ...magicAndVersion,
    ...section(
      1,
      functions.map(({ parameters, result }) => [
        0x60,
        ...list(parameters.map((type) => [typeCodes[type]])),
        ...list([[typeCodes[result]]]),
      ]),
    ),
    ...section(2, [[...text("host"), ...text("bytes"), 2, 0, 0]]),
    ...section(
      3,
      functions.map((_, index) => [index]),
    ),
    ...section(5, [[0, ...unsigned(ownPages)]]),
    ...section(7, [
      [...text("own"), 2, 1],
      ...functions.map(({ name }, index) => [...text(name), 0, index]),
    ]),
    ...section(
      10,
      functions.map(({ locals, body }) => {
        const code = [...list(locals.map((type) => [1, typeCodes[type]])), ...body, 0x0b];
        return [...unsigned(code.length), ...code];
      }),
    ),
  ]);
}

function section(id: number, items: readonly Code[]): Code {
  const content = list(items);
  return [id, ...unsigned(content.length), ...content];
}

function list(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function text(characters: string): Code {
  return list([...Buffer.from(characters)].map((byte) => [byte]));
}

/** LEB128: seven bits a byte, the lowest first; the highest bit says that more follow. */
function unsigned(value: number): Code {
  return value < 128 ? [value] : [(value % 128) | 128, ...unsigned(Math.floor(value / 128))];
}

function signed(value: bigint): Code {
  // Six bits and the sign fit into the last byte.
  if (value >= -64n && value < 64n) return [Number(value & 127n)];
  return [Number(value & 127n) | 128, ...signed(value >> 7n)];
}
