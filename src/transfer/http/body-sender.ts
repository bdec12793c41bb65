import type { Socket } from "node:net";
import type { RequestBody } from "./body.ts";
import { giveBackSendBuffer, takeSendBuffer } from "./send-buffers.ts";

interface SenderEvents {
  /** A piece is written: for whoever watches that something moves. */
  onPiece(): void;
  onSent(): void;
  onFailure(error: unknown): void;
}

/** Sends a body on a socket piece by piece: the next is read when the one before is written. */
export class BodySender {
  readonly #socket: Socket;
  readonly #body: RequestBody;
  readonly #events: SenderEvents;
  readonly #buffer = takeSendBuffer();
  #at = 0;
  #state: "new" | "reading" | "writing" | "sent" | "stopped" = "new";

  constructor(socket: Socket, body: RequestBody, events: SenderEvents) {
    this.#socket = socket;
    this.#body = body;
    this.#events = events;
  }

  get hasStarted(): boolean {
    return this.#state !== "new";
  }

  /** The last piece is written. */
  get isDone(): boolean {
    return this.#state === "sent";
  }

  /** The body's own source is slow, so the connection's silence says nothing. */
  get isReading(): boolean {
    return this.#state === "reading";
  }

  /** `head` goes in one write with the first piece. */
  start(head: string): void {
    this.#next(head === "" ? 0 : this.#buffer.write(head, "latin1"));
  }

  stop(): void {
    if (this.#state !== "sent") this.#state = "stopped";
  }

  /** After the socket is closed or the body is sent, when nobody reads the buffer any more. */
  giveBack(): void {
    if (this.#state !== "reading") giveBackSendBuffer(this.#buffer);
  }

  /** Reads the next piece behind the `headBytes` that stand in the buffer, then writes both. */
  #next(headBytes: number): void {
    if (this.#state === "stopped") return;
    if (this.#at === this.#body.size) {
      this.#state = "sent";
      this.#events.onSent();
      return;
    }
    this.#state = "reading";
    const end = Math.min(this.#buffer.length, headBytes + this.#body.size - this.#at);
    try {
      const read = this.#body.read(this.#buffer.subarray(headBytes, end), this.#at);
      if (typeof read === "number") this.#write(headBytes, read, end);
      else
        read.then(
          (count) => this.#write(headBytes, count, end),
          (error: unknown) => this.#events.onFailure(error),
        );
    } catch (error) {
      this.#events.onFailure(error);
    }
  }

  #write(headBytes: number, count: number, most: number): void {
    if (this.#state === "stopped") return;
    const end = headBytes + count;
    if (!(count > 0) || end > most) {
      this.#events.onFailure(new Error(`a body gave ${count} bytes at ${this.#at}`));
      return;
    }
    this.#at += count;
    this.#state = "writing";
    this.#socket.write(this.#buffer.subarray(0, end), (error) => {
      // The socket's own error event tells of one.
      if (error) return;
      this.#events.onPiece();
      this.#next(0);
    });
  }
}
