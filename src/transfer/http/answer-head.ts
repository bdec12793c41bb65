import type { AnswerHead } from "../body.ts";
import { BadAnswer } from "./http-failure.ts";

/** The end of a head that began in an earlier read or not at all yet. */
const headEnd = Buffer.from("\r\n\r\n");

/** Far more than S3 sends: 8 KiB of metadata and some lines of its own. */
const mostHeadBytes = 64 * 1024;
const mostLines = 256;

/** Gathers the head of an answer however it is split over reads. */
export class HeadGatherer {
  #earlier: Buffer | undefined;

  /** Takes `bytes[from..to)`; returns the head's text and where the body begins, undefined while it is not whole. */
  take(bytes: Buffer, from: number, to: number): { text: string; bodyAt: number } | undefined {
    const earlier = this.#earlier;
    if (earlier === undefined) {
      const end = bytes.indexOf(headEnd, from);
      if (end >= 0 && end + headEnd.length <= to) {
        requireRoom(end - from);
        return { text: bytes.toString("latin1", from, end), bodyAt: end + headEnd.length };
      }
      requireRoom(to - from);
      this.#earlier = Buffer.from(bytes.subarray(from, to));
      return undefined;
    }
    const all = Buffer.concat([earlier, bytes.subarray(from, to)]);
    const end = all.indexOf(headEnd, Math.max(0, earlier.length - headEnd.length + 1));
    requireRoom(end >= 0 ? end : all.length);
    if (end >= 0) {
      this.#earlier = undefined;
      return {
        text: all.toString("latin1", 0, end),
        bodyAt: from + end + headEnd.length - earlier.length,
      };
    }
    this.#earlier = all;
    return undefined;
  }
}

function requireRoom(bytes: number): void {
  if (bytes > mostHeadBytes) throw new BadAnswer(`the head has more than ${mostHeadBytes} bytes`);
}

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/;
/** A token as in RFC 9110, 5.6.2. */
const fieldName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export interface ParsedHead extends AnswerHead {
  /** HTTP/1.0: no chunks, and the connection closes. */
  isOld: boolean;
}

/** Parses a head without its last empty line (RFC 9112, 2–5). Strict, as nothing else is known where a body ends. */
export function parseHead(text: string): ParsedHead {
  const lines = text.split("\r\n", mostLines + 1);
  if (lines.length > mostLines) throw new BadAnswer(`the head has more than ${mostLines} lines`);
  const start = statusLine.exec(lines[0] ?? "");
  if (!start) throw new BadAnswer(`not HTTP/1.1: ${JSON.stringify(lines[0]?.slice(0, 40))}`);
  const headers = new Map<string, string>();
  for (let index = 1; index < lines.length; index += 1) {
    const line = lines[index]!;
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon));
    if (!fieldName.test(name) || line.includes("\n") || line.includes("\0")) {
      throw new BadAnswer(`not a header: ${JSON.stringify(line.slice(0, 40))}`);
    }
    const lower = name.toLowerCase();
    const value = line.slice(colon + 1).trim();
    const known = headers.get(lower);
    headers.set(lower, known === undefined ? value : `${known}, ${value}`);
  }
  return { status: Number(start[2]), headers, isOld: start[1] === "0" };
}
