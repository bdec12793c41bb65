import type { Socket } from "node:net";
import type { Answer, RequestBody } from "./body.ts";
import { AnswerReader, type Expectation, commonSpace } from "./answer-reader.ts";
import { BodySender } from "./body-sender.ts";
import { CutConnection } from "./http-failure.ts";

export interface HttpRequest extends Expectation {
  /** Request line and headers with their empty line, in Latin-1. */
  head: string;
  body?: RequestBody | undefined;
  /** The head says `expect: 100-continue`: the body waits until the server wants it, or says nothing for a second. */
  expectsContinue?: boolean;
  silence: SilenceLimits;
}

export interface TimedAnswer extends Answer {
  /** From the beginning of the request to the first byte of the answer. */
  latencyMs: number;
}

/** Who is told how a request ended, once. */
export interface Settled {
  resolve(answer: TimedAnswer): void;
  reject(error: unknown): void;
}

/** Ticks (seconds) without a byte after which a connection is given up. */
interface SilenceLimits {
  /** Until the answer begins. */
  beforeAnswer: number;
  betweenBytes: number;
}

/** RFC 9110, 10.1.1: a client should not wait indefinitely for a 100 Continue. */
const continueTicks = 1;

/** A server that sends a byte now and then is as good as silent: so many bytes have to come in so many ticks. */
const least = { bytes: 1024, ticks: 60 };

/**
 * One request and its answer on a socket. It settles at the end of the answer where the connection can be used
 * again, else when the socket is closed: then nobody writes into the sink's space or reads the body's buffer any more,
 * and both may be used for something else at once.
 */
export class Exchange {
  readonly #socket: Socket;
  readonly #request: HttpRequest;
  readonly #reader: AnswerReader;
  readonly #sender: BodySender | undefined;
  readonly #settled: Settled;
  #failure: { error: unknown } | undefined;
  #startedAt = 0;
  #latencyMs = 0;
  #hasAnswer = false;
  /** Counts what moves; compared at each tick. */
  #moves = 0;
  #movesAtTick = 0;
  #quietTicks = 0;
  /** Of the answer, and the ticks, since the rate was looked at last. */
  #windowBytes = 0;
  #windowTicks = 0;

  constructor(socket: Socket, request: HttpRequest, settled: Settled) {
    this.#socket = socket;
    this.#request = request;
    this.#settled = settled;
    const { body } = request;
    this.#reader = new AnswerReader(request, body && (() => this.#startBody("")));
    if (body !== undefined && body.size > 0) {
      this.#sender = new BodySender(socket, body, {
        onPiece: () => void (this.#moves += 1),
        onSent: () => this.#advance(),
        onFailure: (error) => this.fail(error),
      });
    }
  }

  /** Something of an answer came. */
  get hasAnswer(): boolean {
    return this.#hasAnswer;
  }

  start(): void {
    const { head, expectsContinue } = this.#request;
    this.#startedAt = performance.now();
    if (this.#sender && !expectsContinue) this.#startBody(head);
    else this.#socket.write(head, "latin1");
  }

  /** Where the next read goes. */
  space(): Uint8Array {
    if (this.#failure) return commonSpace;
    try {
      return this.#reader.space();
    } catch (error) {
      this.fail(error);
      return commonSpace;
    }
  }

  /** `count` bytes came to where `space` said. */
  take(count: number): void {
    if (this.#failure) return;
    this.#moves += 1;
    this.#windowBytes += count;
    if (!this.#hasAnswer) this.#latencyMs = performance.now() - this.#startedAt;
    this.#hasAnswer = true;
    try {
      this.#reader.take(count);
      this.#advance();
    } catch (error) {
      this.fail(error);
    }
  }

  /** The server sent its last byte. */
  end(): void {
    if (this.#failure) return;
    try {
      this.#reader.end();
      this.#advance();
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#sender?.stop();
    this.#socket.destroy();
  }

  /** The socket is closed: nothing is touched any more. */
  closed(): void {
    if (!this.#failure && !this.#reader.isDone) this.end();
    this.#sender?.giveBack();
    if (this.#failure) this.#settled.reject(this.#failure.error);
    else this.#settled.resolve(this.#answer());
  }

  /** Called once a second. */
  tick(): void {
    const hasMoved = this.#moves !== this.#movesAtTick || this.#sender?.isReading === true;
    this.#movesAtTick = this.#moves;
    this.#quietTicks = hasMoved ? 0 : this.#quietTicks + 1;
    if (this.#quietTicks >= continueTicks) this.#startBody("");
    const { beforeAnswer, betweenBytes } = this.#request.silence;
    const limit = this.#hasAnswer ? betweenBytes : beforeAnswer;
    if (this.#quietTicks > limit) {
      this.fail(new CutConnection(`no byte for ${limit} s`, { isSilence: true }));
    }
    this.#tickRate();
  }

  /** Of a GET only: after 100 Continue an upload waits for its answer as long as its body takes, and a POST for S3. */
  #tickRate(): void {
    if (!this.#hasAnswer || this.#request.method !== "GET") return;
    this.#windowTicks += 1;
    if (this.#windowTicks < least.ticks) return;
    if (this.#windowBytes < least.bytes) {
      const what = `${this.#windowBytes} bytes in ${least.ticks} s`;
      this.fail(new CutConnection(what, { isSilence: true }));
    }
    this.#windowBytes = 0;
    this.#windowTicks = 0;
  }

  #answer(): TimedAnswer {
    return { ...this.#reader.answer(), latencyMs: this.#latencyMs };
  }

  #startBody(head: string): void {
    if (this.#sender?.hasStarted === false) this.#sender.start(head);
  }

  /** Looks whether the exchange is over. */
  #advance(): void {
    const { head, isDone } = this.#reader;
    if (head === undefined) return;
    // A failure is told before the body is through: the rest is not wanted. A success wants it all.
    if (head.status >= 300) this.#sender?.stop();
    else if (isDone) this.#startBody("");
    const isSent = this.#sender?.isDone ?? true;
    if (!isDone || (head.status < 300 && !isSent)) return;
    if (this.#reader.allowsAnother && isSent) {
      this.#sender?.giveBack();
      this.#settled.resolve(this.#answer());
    } else {
      this.#socket.destroy();
    }
  }
}
