import type { AnswerHead } from "./body.ts";
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
/** Some read these as the end of a line and others do not. */
const loose = /\0|\r(?!\n)|(?<!\r)\n/;
/** A token as in RFC 9110, 5.6.2. */
const fieldName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export interface ParsedHead extends AnswerHead {
  /** HTTP/1.0: no chunks, and the connection closes. */
  isOld: boolean;
}

/** A server sends the same few names all the time: what they are in lower case, where they are tokens. */
const knownNames = new Map<string, string>();
const mostKnownNames = 256;

function lowerName(name: string): string | undefined {
  const known = knownNames.get(name);
  if (known !== undefined || !fieldName.test(name)) return known;
  const lower = name.toLowerCase();
  if (knownNames.size < mostKnownNames) knownNames.set(name, lower);
  return lower;
}

/**
 * Parses a head without its last empty line (RFC 9112, 2–5). Strict, as nothing else is known where a body ends.
 * In one pass: for small objects this is a good part of the work.
 */
export function parseHead(text: string): ParsedHead {
  if (loose.test(text)) throw new BadAnswer("the head has a line's end or a zero in a line");
  let end = lineEnd(text, 0);
  const start = statusLine.exec(text.slice(0, end));
  if (!start) throw new BadAnswer(`not HTTP/1.1: ${JSON.stringify(text.slice(0, 40))}`);
  const headers = new Map<string, string>();
  for (let lines = 0; end < text.length; lines += 1) {
    if (lines === mostLines) throw new BadAnswer(`the head has more than ${mostLines} lines`);
    const at = end + 2;
    end = lineEnd(text, at);
    const colon = text.indexOf(":", at);
    const name = colon < 0 || colon > end ? undefined : lowerName(text.slice(at, colon));
    if (name === undefined) {
      throw new BadAnswer(
        `not a header: ${JSON.stringify(text.slice(at, Math.min(end, at + 40)))}`,
      );
    }
    const value = text.slice(colon + 1, end).trim();
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return { status: Number(start[2]), headers, isOld: start[1] === "0" };
}

/** Where the line's CR LF begins. */
function lineEnd(text: string, from: number): number {
  const found = text.indexOf("\r\n", from);
  return found < 0 ? text.length : found;
}
