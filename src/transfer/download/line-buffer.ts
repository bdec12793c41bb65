/**
 * Lines that wait to be written, as bytes: outside of the heap, where thousands of small objects that wait for seconds
 * are moved twice and then stay until the next full collection.
 */
export interface LineBuffer {
  add(line: string): void;
  /** The lines since the last call. The bytes are the caller's until the next one. */
  take(): Buffer;
}

const firstBytes = 64 * 1024;

/** What a UTF-16 unit may take in UTF-8. */
const mostBytesOfUnit = 3;

export function createLineBuffer(): LineBuffer {
  let bytes = Buffer.alloc(0);
  let spare = Buffer.alloc(0);
  let end = 0;
  return {
    add(line) {
      const needed = end + mostBytesOfUnit * line.length;
      if (needed > bytes.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(needed, firstBytes, 2 * bytes.length));
        bytes.copy(larger, 0, 0, end);
        bytes = larger;
      }
      end += bytes.write(line, end);
    },
    take() {
      const taken = bytes.subarray(0, end);
      [bytes, spare] = [spare, bytes];
      end = 0;
      return taken;
    },
  };
}
