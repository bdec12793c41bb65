const directoryKeys = 1000;

/** `d000/o000000.bin`: 1,000 to a directory, in the order of their index up to a million. */
export function smallKey(index: number): string {
  const directory = Math.floor(index / directoryKeys);
  return `d${String(directory).padStart(3, "0")}/o${String(index).padStart(6, "0")}.bin`;
}
