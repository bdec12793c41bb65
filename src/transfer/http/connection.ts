import type { Socket } from "node:net";
import { systemCode } from "../../errors.ts";
import { commonSpace } from "./answer-reader.ts";
import { Exchange, type HttpRequest, type Settled, type TimedAnswer } from "./exchange.ts";
import { CutConnection, StaleConnection } from "./http-failure.ts";

/** S3 closes a connection that was idle for about 5 s; a request must not meet that. */
const mostIdleTicks = 4;

/** One socket that carries one request at a time. */
export class Connection {
  readonly #socket: Socket;
  /** Of the server. */
  readonly address: string;
  #exchange: Exchange | undefined;
  #isOpen = true;
  #idleTicks = 0;
  /** A request was answered on it. */
  #isUsed = false;

  constructor(socket: Socket, address: string) {
    this.#socket = socket;
    this.address = address;
    socket.on("end", () => {
      this.#isOpen = false;
      if (this.#exchange) this.#exchange.end();
      else socket.destroy();
    });
    socket.on("error", (error) => {
      this.#isOpen = false;
      this.#exchange?.fail(error);
    });
    socket.on("close", () => {
      this.#isOpen = false;
      this.#exchange?.closed();
    });
  }

  /** Takes a request. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  close(): void {
    this.#isOpen = false;
    this.#socket.destroy();
  }

  /** For the socket's `onread`. */
  space(): Uint8Array {
    return this.#exchange?.space() ?? commonSpace;
  }

  /** For the socket's `onread`. */
  take(count: number): void {
    // Nobody asked: a 408 for an idle connection, or worse.
    if (this.#exchange === undefined) this.close();
    else this.#exchange.take(count);
  }

  /** @throws StaleConnection when the server had closed the idle connection before the request came. */
  send(request: HttpRequest, signal: AbortSignal | undefined): Promise<TimedAnswer> {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) {
        reject(new StaleConnection("the connection is closed"));
        return;
      }
      const abort = signal && (() => this.abort(signal.reason));
      const done = () => {
        if (abort) signal.removeEventListener("abort", abort);
      };
      this.begin(request, {
        resolve(answer) {
          done();
          resolve(answer);
        },
        reject(error) {
          done();
          reject(error);
        },
      });
      if (abort) signal.addEventListener("abort", abort);
    });
  }

  /** The same without a promise, on a connection that is open. */
  begin(request: HttpRequest, settled: Settled): void {
    const isReused = this.#isUsed;
    const done = () => {
      this.#exchange = undefined;
      this.#idleTicks = 0;
      this.#isUsed = true;
    };
    const exchange = new Exchange(this.#socket, request, {
      resolve(answer) {
        done();
        settled.resolve(answer);
      },
      reject(error) {
        done();
        const isStale = isReused && !exchange.hasAnswer && isBroken(error);
        const words = "the server closed the idle connection";
        settled.reject(isStale ? new StaleConnection(words, { cause: error }) : error);
      },
    });
    this.#exchange = exchange;
    exchange.start();
  }

  /** Ends the request that is under way; it fails with the reason. */
  abort(reason: unknown): void {
    this.#exchange?.fail(reason);
  }

  /** Called once a second: gives up a silent request, and closes a connection that nobody uses. */
  tick(): void {
    if (this.#exchange) this.#exchange.tick();
    else if ((this.#idleTicks += 1) >= mostIdleTicks) this.close();
  }
}

function isBroken(error: unknown): boolean {
  if (error instanceof CutConnection) return !error.isSilence;
  return /^(ECONNRESET|EPIPE)$/.test(systemCode(error) ?? "");
}
