import { BadAnswer } from "./http-failure.ts";

/** More than 12 hexadecimal digits are beyond anything; what follows `;` is an extension that nobody uses. */
const chunkSize = /^([0-9A-Fa-f]{1,12})[ \t]*(?:;.*)?$/;
const mostLineBytes = 4096;
const mostTrailerBytes = 64 * 1024;

/** Takes a body in chunks apart, however it is split over reads (RFC 9112, 7.1). Trailers are skipped. */
export class ChunkDecoder {
  #state: "size" | "bytes" | "bytes-end" | "trailer" | "done" = "size";
  /** Of the chunk, still to come. */
  #left = 0;
  #line = "";
  #trailerBytes = 0;

  get isDone(): boolean {
    return this.#state === "done";
  }

  /** Takes `bytes[from..to)` and hands on what is body. @returns where it stopped: before `to` only when done. */
  take(bytes: Buffer, from: number, to: number, body: (from: number, to: number) => void): number {
    let at = from;
    while (at < to && this.#state !== "done") {
      if (this.#state === "bytes") {
        const end = Math.min(to, at + this.#left);
        this.#left -= end - at;
        if (this.#left === 0) this.#state = "bytes-end";
        body(at, end);
        at = end;
      } else {
        at = this.#takeLine(bytes, at, to);
      }
    }
    return at;
  }

  #takeLine(bytes: Buffer, at: number, to: number): number {
    const found = bytes.indexOf(10, at);
    const isWhole = found >= 0 && found < to;
    const end = isWhole ? found : to;
    this.#line += bytes.toString("latin1", at, end);
    if (this.#line.length > mostLineBytes) throw new BadAnswer("a chunk's line is too long");
    if (!isWhole) return to;
    const line = this.#line;
    if (!line.endsWith("\r")) throw new BadAnswer("a chunk's line ends without CR");
    this.#line = "";
    this.#endLine(line.slice(0, -1));
    return end + 1;
  }

  #endLine(line: string): void {
    switch (this.#state) {
      case "size": {
        const size = chunkSize.exec(line)?.[1];
        if (size === undefined) throw new BadAnswer(`not a chunk: ${JSON.stringify(line)}`);
        this.#left = Number.parseInt(size, 16);
        this.#state = this.#left === 0 ? "trailer" : "bytes";
        return;
      }
      case "bytes-end":
        if (line !== "") throw new BadAnswer("a chunk is longer than it says");
        this.#state = "size";
        return;
      case "trailer":
        this.#trailerBytes += line.length;
        if (this.#trailerBytes > mostTrailerBytes) throw new BadAnswer("the trailers are too long");
        if (line === "") this.#state = "done";
        return;
      case "bytes":
      case "done":
        throw new Error(`no line is expected in ${this.#state}`);
    }
  }
}
