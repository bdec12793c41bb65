// What is used of the WebAssembly JavaScript interface; TypeScript declares it only together with all of the DOM.
declare namespace WebAssembly {
  class Memory {
    /** Both in pages of 64 KiB. */
    constructor(size: { initial: number; maximum?: number });
    /** Another one after each `grow`. */
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }

  type Module = object;
  const Module: new (bytes: Uint8Array) => Module;

  class Instance {
    constructor(module: Module, imports?: Record<string, Record<string, unknown>>);
    readonly exports: Readonly<Record<string, unknown>>;
  }
}
