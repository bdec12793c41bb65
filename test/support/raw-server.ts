import { type AddressInfo, type Server, type Socket, createServer } from "node:net";
import type { TestContext } from "node:test";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

/** A connection as the server sees it: what came, and what to say. */
export interface RawConnection {
  socket: Socket;
  /** From 1, in the order of connecting. */
  number: number;
  /** The next head, with what of the body came with it; undefined when the client has gone. */
  nextRequest: () => Promise<RawRequest | undefined>;
  /** Resolves when the client has gone. */
  closed: Promise<void>;
}

interface RawRequest {
  /** Request line and headers. */
  head: string;
  /** Resolves with as many bytes of the body, or fewer when the client goes. */
  body: (bytes: number) => Promise<Buffer>;
}

export interface RawServer {
  port: number;
  /** Connections so far. */
  count(): number;
  open(): number;
}

export interface RawServerOptions {
  tls?: TlsOptions;
  host?: string;
  port?: number;
}

/** A server that says exactly the bytes that a test wants, and nothing else. */
export async function startRawServer(
  t: TestContext,
  serve: (connection: RawConnection) => Promise<void> | void,
  { tls, host = "127.0.0.1", port = 0 }: RawServerOptions = {},
): Promise<RawServer> {
  const open = new Set<Socket>();
  let count = 0;
  const onSocket = (socket: Socket) => {
    open.add(socket);
    socket.setNoDelay(true);
    count += 1;
    const connection = readRequests(socket, count);
    void connection.closed.then(() => open.delete(socket));
    void Promise.resolve(serve(connection)).catch((error: unknown) => {
      socket.destroy();
      queueMicrotask(() => {
        throw error;
      });
    });
  };
  const server: Server = tls ? createTlsServer(tls, onSocket) : createServer(onSocket);
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  t.after(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    count: () => count,
    open: () => open.size,
  };
}

function readRequests(socket: Socket, number: number): RawConnection {
  let bytes = Buffer.alloc(0);
  let change = Promise.withResolvers<void>();
  const wake = () => {
    change.resolve();
    change = Promise.withResolvers();
  };
  const closed = new Promise<void>((resolve) => void socket.on("close", resolve));
  socket.on("close", wake);
  socket.on("error", () => {});
  socket.on("data", (piece) => {
    bytes = Buffer.concat([bytes, piece]);
    wake();
  });

  async function body(count: number): Promise<Buffer> {
    while (bytes.length < count && !socket.closed) await change.promise;
    const taken = bytes.subarray(0, count);
    bytes = bytes.subarray(count);
    return taken;
  }

  return {
    socket,
    number,
    closed,
    async nextRequest() {
      for (;;) {
        const end = bytes.indexOf("\r\n\r\n");
        if (end >= 0) {
          const head = bytes.toString("latin1", 0, end);
          bytes = bytes.subarray(end + 4);
          return { head, body };
        }
        if (socket.closed) return undefined;
        await change.promise;
      }
    },
  };
}
