import type { BodySink } from "../http/body.ts";
import { ShortBody } from "../s3/s3-failure.ts";

/** Takes the bodies of small objects, one after the other, each into the buffer that it was given. */
export class SmallSink implements BodySink {
  #room: Uint8Array = new Uint8Array(0);
  #filled = 0;

  /** @param room of the size of the next body. */
  begin(room: Uint8Array): void {
    this.#room = room;
    this.#filled = 0;
  }

  space(): Uint8Array {
    if (this.#filled < this.#room.length) return this.#room.subarray(this.#filled);
    throw new ShortBody("more bytes came than the object has");
  }

  filled(count: number): void {
    this.#filled += count;
  }

  /** The body. @throws ShortBody when it is not whole. */
  bytes(): Uint8Array {
    if (this.#filled === this.#room.length) return this.#room;
    throw new ShortBody(`${this.#filled} of ${this.#room.length} bytes`);
  }
}
