import type { SecureContext } from "node:tls";
import { type Resolve, addressBook } from "./address-book.ts";
import type { Connection } from "./connection.ts";
import type { HttpRequest, Settled, TimedAnswer } from "./exchange.ts";
import { CutConnection, StaleConnection } from "./http-failure.ts";
import { type Origin, openConnection } from "./open-connection.ts";

export interface PoolOptions {
  /** For an origin with TLS. */
  trust?: SecureContext | undefined;
  resolve?: Resolve;
  connectTimeoutMs?: number;
  /** The unit of all silence limits; shorter in tests. */
  tickMs?: number;
}

/** The kept-alive connections to one origin. */
export interface ConnectionPool {
  /** Sends a request on an idle connection, else on a new one: as many as there are requests at once. */
  send(request: HttpRequest, signal: AbortSignal | undefined): Promise<TimedAnswer>;
  /**
   * Sends it at once, without a promise.
   *
   * @returns the connection, to end the request by; undefined: none is idle, and nothing was done.
   */
  sendNow(request: HttpRequest, settled: Settled): Pick<Connection, "abort"> | undefined;
}

/** Addresses that one request tries at most. */
const mostAddresses = 4;

export function connectionPool(origin: Origin, options: PoolOptions): ConnectionPool {
  const { trust, resolve, connectTimeoutMs = 5_000, tickMs = 1_000 } = options;
  const addresses = addressBook(origin.host, resolve);
  const all = new Set<Connection>();
  /** The last used is the first taken, so that the others can go. */
  const idle: Connection[] = [];
  let session: Buffer | undefined;
  let busy = 0;
  let watch: NodeJS.Timeout | undefined;

  /** Holds the process while requests are under way, as sockets do not; gone with the last connection. */
  function watchOver(): void {
    watch ??= setInterval(() => {
      for (const connection of all) {
        connection.tick();
        if (!connection.isOpen) all.delete(connection);
      }
      if (all.size > 0 || busy > 0) return;
      clearInterval(watch);
      watch = undefined;
    }, tickMs);
    if (busy > 0) watch.ref();
    else watch.unref();
  }

  function takeIdle(): Connection | undefined {
    for (;;) {
      const connection = idle.pop();
      if (connection === undefined || connection.isOpen) return connection;
    }
  }

  async function open(signal: AbortSignal | undefined): Promise<Connection> {
    for (let tries = 1; ; tries += 1) {
      signal?.throwIfAborted();
      const address = await addresses.take();
      try {
        const connection = await openConnection(origin, {
          address,
          trust,
          session,
          onSession: (given) => void (session = given),
          timeoutMs: connectTimeoutMs,
          signal,
          onClose: () => addresses.giveBack(address),
        });
        all.add(connection);
        return connection;
      } catch (error) {
        if (signal?.aborted) throw error;
        addresses.noteFailed(address);
        if (tries === mostAddresses || !addresses.hasMore()) throw error;
      }
    }
  }

  /** An address where a request met silence is left for a while, as one that takes no connection. */
  async function sendOn(connection: Connection, request: HttpRequest, signal?: AbortSignal) {
    try {
      return await connection.send(request, signal);
    } catch (error) {
      noteFailure(connection, error);
      throw error;
    } finally {
      if (connection.isOpen) idle.push(connection);
    }
  }

  function noteFailure(connection: Connection, error: unknown): void {
    const isSilence = error instanceof CutConnection && error.isSilence;
    if (isSilence) addresses.noteFailed(connection.address);
  }

  function begin(): void {
    busy += 1;
    if (busy === 1) watchOver();
  }

  function end(): void {
    busy -= 1;
    if (busy === 0) watchOver();
  }

  return {
    async send(request, signal) {
      begin();
      try {
        const reused = takeIdle();
        if (reused) {
          try {
            return await sendOn(reused, request, signal);
          } catch (error) {
            if (!(error instanceof StaleConnection) || signal?.aborted) throw error;
          }
        }
        return await sendOn(await open(signal), request, signal);
      } finally {
        end();
      }
    },
    sendNow(request, settled) {
      const connection = takeIdle();
      if (connection === undefined) return undefined;
      begin();
      const done = () => {
        end();
        if (connection.isOpen) idle.push(connection);
      };
      connection.begin(request, {
        resolve(answer) {
          done();
          settled.resolve(answer);
        },
        reject(error) {
          noteFailure(connection, error);
          done();
          settled.reject(error);
        },
      });
      return connection;
    },
  };
}
