import type { FileHandle } from "node:fs/promises";

const linesAtOnceBytes = 1024 * 1024;

/**
 * Reads the lines from byte `from` on, and calls `each` for them: their text, and where they begin.
 *
 * @returns where the last whole line ends.
 */
export async function readLines(
  file: FileHandle,
  from: number,
  each: (line: string, at: number) => void,
): Promise<number> {
  let end = from;
  for await (const page of readLinePages(file, from)) {
    for (const { text, at } of page.lines) each(text, at);
    end = page.end;
  }
  return end;
}

interface LinePage {
  lines: { text: string; at: number }[];
  /** Where the last of them ends. */
  end: number;
}

/** The same, many lines at once. Lines end at a line feed only: node:readline ends them at U+2028, too, which keys have. */
export async function* readLinePages(
  file: FileHandle,
  from: number,
): AsyncGenerator<LinePage, void> {
  const piece = Buffer.allocUnsafe(linesAtOnceBytes);
  let rest = Buffer.alloc(0);
  let end = from;
  for (let position = from; ;) {
    const { bytesRead } = await file.read(piece, 0, piece.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    const bytes = Buffer.concat([rest, piece.subarray(0, bytesRead)]);
    const lines: LinePage["lines"] = [];
    let start = 0;
    for (let newline = bytes.indexOf(10); newline >= 0; newline = bytes.indexOf(10, start)) {
      lines.push({ text: bytes.toString("utf8", start, newline), at: end });
      end += newline + 1 - start;
      start = newline + 1;
    }
    rest = bytes.subarray(start);
    yield { lines, end };
  }
}
