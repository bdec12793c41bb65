import { type OnReadOpts, type Socket, connect as connectPlain, isIP } from "node:net";
import {
  type ConnectionOptions,
  type SecureContext,
  type TLSSocket,
  connect as connectTls,
} from "node:tls";
import { commonSpace } from "./answer-reader.ts";
import { Connection } from "./connection.ts";
import { CutConnection } from "./http-failure.ts";

/** Where requests go: they share connections. */
export interface Origin {
  protocol: "http:" | "https:";
  host: string;
  port: number;
}

export interface OpenOptions {
  /** Of the origin's host. */
  address: string;
  /** Undefined without TLS. */
  trust: SecureContext | undefined;
  /** A TLS session of the same origin, which spares a part of the handshake. */
  session: Buffer | undefined;
  onSession: (session: Buffer) => void;
  timeoutMs: number;
  signal: AbortSignal | undefined;
  /** The socket is gone, whether it was connected or not. */
  onClose: () => void;
}

/** Opens a socket whose reads go where the connection says. The socket does not hold the process. */
export function openConnection(origin: Origin, options: OpenOptions): Promise<Connection> {
  const { signal, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    let connection: Connection | undefined;
    const onread = {
      buffer: () => connection?.space() ?? commonSpace,
      callback(count: number) {
        connection?.take(count);
        return true;
      },
    };
    const isTls = origin.protocol === "https:";
    const socket: Socket = isTls
      ? openTls(origin, options, onread)
      : connectPlain({ host: options.address, port: origin.port, noDelay: true, onread });
    connection = new Connection(socket, options.address);
    socket.on("close", options.onClose);
    const timer = setTimeout(() => {
      socket.destroy(new CutConnection(`no connection within ${timeoutMs} ms`));
    }, timeoutMs);
    const abort = () => socket.destroy(signal?.reason as Error);
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      socket.off("error", fail);
    };
    const fail = (error: Error) => {
      done();
      reject(error);
    };
    signal?.addEventListener("abort", abort);
    socket.on("error", fail);
    socket.once(isTls ? "secureConnect" : "connect", () => {
      done();
      socket.unref();
      resolve(connection);
    });
  });
}

function openTls(
  { host, port }: Origin,
  { address, trust, session, onSession }: OpenOptions,
  onread: OnReadOpts,
): TLSSocket {
  const options: ConnectionOptions & { onread: OnReadOpts } = {
    host: address,
    port,
    // The certificate must be for the name, whatever address it was found at; an address has no SNI.
    ...(isIP(host) ? {} : { servername: host }),
    rejectUnauthorized: true,
    ALPNProtocols: ["http/1.1"],
    ...(trust ? { secureContext: trust } : {}),
    ...(session ? { session } : {}),
    onread,
  };
  const socket = connectTls(options);
  socket.setNoDelay(true);
  socket.on("session", onSession);
  return socket;
}
