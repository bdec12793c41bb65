import { once } from "node:events";
import { type AddressInfo, type Socket, connect, createServer as createTcpServer } from "node:net";
import type { TestContext } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { followRequests } from "./follow-requests.ts";

export interface ProxiedRequest {
  /** From 1, over all connections. */
  number: number;
  method: string;
  /** Path and query as they were sent. */
  target: string;
  /** As it stood in the request. */
  range: string | undefined;
}

export type Fault =
  /** The connection is reset after so many bytes of the answer, its head included. */
  | { kind: "cut-answer"; afterBytes: number }
  /** So many bytes of the body arrive, then the connection ends as if that were all. */
  | { kind: "short-body"; afterBytes: number }
  /** The request ends after so many bytes of its body; S3 gets no more than these. */
  | { kind: "cut-request"; afterBytes: number }
  /** One byte of the answer's body arrives as another one. */
  | { kind: "wrong-byte"; at: number }
  /** One byte of the request's body arrives as another one. */
  | { kind: "wrong-request-byte"; at: number }
  /** S3 is not asked. */
  | { kind: "answer"; status: number; code: string };

export interface FaultProxy {
  url: string;
  /** Asked for every request; undefined: nothing happens to it. */
  plan: (request: ProxiedRequest) => Fault | undefined;
  /** How many faults came about. */
  readonly faults: number;
}

export interface FaultProxyOptions {
  /** Makes it a server of HTTPS. */
  tls?: { key: string; cert: string };
}

/** A server in front of `target` (plain HTTP) that spoils what is asked of it, request by request. */
export async function startFaultProxy(
  t: TestContext,
  target: string,
  { tls }: FaultProxyOptions = {},
): Promise<FaultProxy> {
  const { hostname, port } = new URL(target);
  const state = { requests: 0, faults: 0 };
  const open = new Set<Socket>();
  const plan = (request: Omit<ProxiedRequest, "number">) => {
    state.requests += 1;
    const fault = proxy.plan({ number: state.requests, ...request });
    if (fault) state.faults += 1;
    return fault;
  };
  const accept = (client: Socket) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("close", () => open.delete(socket)).on("error", () => undefined);
    }
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroySoon());
    followRequests(client, upstream, plan);
  };
  const server = tls ? createTlsServer(tls, accept) : createTcpServer(accept);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  const proxy: FaultProxy = {
    url: `${tls ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    plan: () => undefined,
    get faults() {
      return state.faults;
    },
  };
  return proxy;
}
