import type { Answer, AnswerHead, BodySink } from "./body.ts";
import { HeadGatherer, type ParsedHead, parseHead } from "./answer-head.ts";
import { type Framing, framingOf } from "./body-framing.ts";
import { ChunkDecoder } from "./chunk-decoder.ts";
import { BadAnswer, CutConnection } from "./http-failure.ts";

/** What a request means for its answer. */
export interface Expectation {
  method: string;
  /** Gets the body of a 2xx answer. */
  sink?: BodySink | undefined;
}

/**
 * Where reads go while no body goes to its sink: one for all connections, as each read is taken before the next.
 * Large enough for a small object with its head; what a body has in it is copied.
 */
export const commonSpace = Buffer.allocUnsafeSlow(64 * 1024);

const mostTextBytes = 16 * 1024 * 1024;
const firstTextBytes = 4 * 1024;

/** S3 sends one (100 Continue); without a limit a server could send them for ever. */
const mostInterim = 10;

const emptyText = Buffer.alloc(0);

/** Reads one answer from bytes as they come, split anywhere. Knows nothing of sockets. */
export class AnswerReader {
  readonly #expected: Expectation;
  readonly #onContinue: (() => void) | undefined;
  #gatherer: HeadGatherer | undefined = new HeadGatherer();
  #head: ParsedHead | undefined;
  #framing: Framing = { kind: "none" };
  #sink: BodySink | undefined;
  #chunks: ChunkDecoder | undefined;
  /** Of a body with a length, still to come. */
  #left = 0;
  /** The sink's space that the next read goes to. */
  #direct: Uint8Array | undefined;
  /** One that grows: pieces of one byte each would take a hundred times the memory. */
  #text = emptyText;
  #textBytes = 0;
  #interim = 0;
  #isDone = false;
  /** Bytes came after the end: the connection cannot be trusted with another request. */
  #hasExcess = false;

  /** @param onContinue the server says that it wants the request's body (100 Continue) */
  constructor(expected: Expectation, onContinue?: () => void) {
    this.#expected = expected;
    this.#onContinue = onContinue;
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  get head(): AnswerHead | undefined {
    return this.#head;
  }

  /** Where the next read may go. */
  space(): Uint8Array {
    if (this.#sink === undefined || this.#left === 0) return commonSpace;
    const space = roomOf(this.#sink);
    return (this.#direct = space.byteLength > this.#left ? space.subarray(0, this.#left) : space);
  }

  /** Takes the `count` bytes at the start of what `space` gave last. */
  take(count: number): void {
    if (this.#direct !== undefined) {
      this.#direct = undefined;
      this.#left -= count;
      this.#sink!.filled(count);
      if (this.#left === 0) this.#isDone = true;
      return;
    }
    let at = 0;
    if (this.#gatherer !== undefined) at = this.#takeHead(count);
    if (this.#gatherer === undefined && (at < count || this.#left === 0)) this.#takeBody(at, count);
  }

  /** The connection ended. @throws CutConnection when the answer is not whole. */
  end(): void {
    if (this.#isDone) return;
    if (this.#gatherer === undefined && this.#framing.kind === "until-close") this.#isDone = true;
    else throw new CutConnection(this.#whatIsMissing());
  }

  answer(): Answer {
    const { status, headers } = this.#head!;
    const text = this.#text.toString("utf8", 0, this.#textBytes);
    return { status, headers, text };
  }

  /** True when another request may follow on the connection (RFC 9112, 9.3). */
  get allowsAnother(): boolean {
    if (!this.#isDone || this.#hasExcess || this.#framing.kind === "until-close") return false;
    const { headers, isOld } = this.#head!;
    const connection = headers.get("connection");
    if (connection === undefined) return !isOld;
    const options = connection.toLowerCase().split(/\s*,\s*/);
    return isOld ? options.includes("keep-alive") : !options.includes("close");
  }

  /** Takes what is head, also of interim answers before it. @returns where the body begins */
  #takeHead(count: number): number {
    for (let at = 0; at < count;) {
      const found = this.#gatherer!.take(commonSpace, at, count);
      if (found === undefined) return count;
      at = found.bodyAt;
      const head = parseHead(found.text);
      if (head.status === 101) throw new BadAnswer("the server changes the protocol (101)");
      if (head.status < 200) {
        framingOf(this.#expected.method, head);
        this.#interim += 1;
        if (this.#interim > mostInterim) {
          throw new BadAnswer(`more than ${mostInterim} interim answers`);
        }
        if (head.status === 100) this.#onContinue?.();
        continue;
      }
      this.#begin(head);
      return at;
    }
    return count;
  }

  #begin(head: ParsedHead): void {
    this.#framing = framingOf(this.#expected.method, head);
    this.#head = head;
    this.#gatherer = undefined;
    if (this.#framing.kind === "length") this.#left = this.#framing.bytes;
    if (this.#framing.kind === "chunks") this.#chunks = new ChunkDecoder();
    const { sink } = this.#expected;
    if (sink === undefined || head.status >= 300) return;
    sink.start?.(head);
    this.#sink = sink;
  }

  /** Takes what is body out of the common space. */
  #takeBody(from: number, to: number): void {
    let end = to;
    switch (this.#framing.kind) {
      case "none":
        end = from;
        this.#isDone = true;
        break;
      case "length":
        end = Math.min(to, from + this.#left);
        this.#left -= end - from;
        this.#handOn(from, end);
        this.#isDone = this.#left === 0;
        break;
      case "chunks":
        end = this.#chunks!.take(commonSpace, from, to, (start, stop) => this.#handOn(start, stop));
        this.#isDone = this.#chunks!.isDone;
        break;
      case "until-close":
        this.#handOn(from, to);
        break;
    }
    this.#hasExcess = end < to;
  }

  #handOn(from: number, to: number): void {
    if (this.#sink === undefined) {
      this.#gather(from, to);
      return;
    }
    for (let at = from; at < to;) {
      const space = roomOf(this.#sink);
      const count = Math.min(space.byteLength, to - at);
      space.set(commonSpace.subarray(at, at + count));
      this.#sink.filled(count);
      at += count;
    }
  }

  #gather(from: number, to: number): void {
    const bytes = this.#textBytes + to - from;
    if (bytes > mostTextBytes) throw new BadAnswer("the answer is longer than 16 MiB");
    if (bytes > this.#text.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(bytes, firstTextBytes, 2 * this.#text.length));
      this.#text.copy(larger, 0, 0, this.#textBytes);
      this.#text = larger;
    }
    commonSpace.copy(this.#text, this.#textBytes, from, to);
    this.#textBytes = bytes;
  }

  #whatIsMissing(): string {
    if (this.#head === undefined) return "the connection ended before an answer";
    if (this.#framing.kind === "length") {
      return `the connection ended ${this.#left} bytes before the end of ${this.#framing.bytes}`;
    }
    return "the connection ended in the middle of the answer";
  }
}

function roomOf(sink: BodySink): Uint8Array {
  const space = sink.space();
  if (space.byteLength === 0) throw new Error("a body sink gave no room");
  return space;
}
