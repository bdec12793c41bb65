import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { RunctlError } from "../errors.ts";
import { acceptHost } from "./accepted-host.ts";
import { adminPrefix, type AdminActions, answerAdmin } from "./admin-api.ts";
import { passRequest } from "./gateway.ts";
import type { GatewayParts } from "./gateway-parts.ts";

/** Where guests find AWS: the address and port that the host puts into each instance. */
const guestEndpoint = "169.254.170.23:4566";
const guestPort = 4566;

/** Loopback only: the local cloud is for this machine. */
const address = "127.0.0.1";

export interface CloudServer {
  port: number;
  endpoint: string;
  close(): Promise<void>;
}

/** @throws RunctlError CONFLICT when the port is taken. */
export async function listen(
  port: number,
  listener: (port: number) => RequestListener,
): Promise<CloudServer> {
  const server = createServer();
  // Uploads take as long as they take.
  server.requestTimeout = 0;
  await listenOn(server, port);
  const { port: actual } = server.address() as AddressInfo;
  server.on("request", listener(actual));
  return {
    port: actual,
    endpoint: `http://${address}:${actual}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      // A client that keeps its connection busy does not keep the server alive.
      setTimeout(() => server.closeAllConnections(), 1000).unref();
      await closed;
    },
  };
}

function listenOn(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const isTaken = cause.code === "EADDRINUSE";
      const message = isTaken ? `port ${port} is taken` : `cannot listen: ${cause.message}`;
      const hint = "name another with --port, or --port 0 for any free one";
      reject(new RunctlError(isTaken ? "CONFLICT" : "OPERATION_FAILED", message, { hint, cause }));
    });
    server.listen(port, address, resolve);
  });
}

/** What answers on this machine's loopback: AWS and the admin API. */
export function hostListener(
  gateway: GatewayParts,
  admin: { actions: AdminActions; token: string },
  port: number,
): RequestListener {
  return (request, response) => {
    const work = async (): Promise<void> => {
      const isAdmin = request.url?.startsWith(adminPrefix) === true;
      const { region } = gateway;
      // Other hosts, and buckets, go to the gateway, which refuses or serves them.
      if (!isAdmin || !acceptHost(request.headers.host, { port, region })) {
        return passRequest(gateway, { port, guest: undefined }, request, response);
      }
      return answerAdmin(admin.actions, admin.token, request, response);
    };
    work().catch((error: unknown) => {
      gateway.report(error);
      response.destroy();
    });
  };
}

/** What answers inside an instance: AWS alone, under the name of the guest endpoint. */
export function guestListener(gateway: GatewayParts): (instanceId: string) => RequestListener {
  return (instanceId) => (request, response) => {
    const entrance = { port: guestPort, guest: { instanceId, endpoint: guestEndpoint } };
    passRequest(gateway, entrance, request, response).catch((error: unknown) => {
      gateway.report(error);
      response.destroy();
    });
  };
}
