import { spawn } from "node:child_process";
import { createServer, type RequestListener, type Server as HttpServer } from "node:http";
import type { Server } from "node:net";

export interface GuestSocket {
  host: string;
  port: number;
  answer: RequestListener;
}

/**
 * Listens inside the network namespace of process `pid` and answers from here.
 *
 * Node cannot enter a namespace, so a short-lived child listens there and hands the sockets over.
 * Only the machine can reach them: which socket was hit says which machine asks.
 */
export async function listenInside(
  pid: number,
  sockets: readonly GuestSocket[],
): Promise<HttpServer[]> {
  const addresses = sockets.map(({ host, port }) => ({ host, port }));
  const program = `(${listenAndHandOver.toString()})(${JSON.stringify(addresses)}, ${process.pid})`;
  const child = spawn("nsenter", [`--net=/proc/${pid}/ns/net`, process.execPath, "-e", program], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    env: { PATH: process.env["PATH"] },
  });
  const servers: HttpServer[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      let complaint = "";
      child.stderr!.setEncoding("utf8").on("data", (text: string) => (complaint += text));
      child.on("error", reject);
      child.on("exit", () => reject(new Error(`cannot listen inside: ${complaint.trim()}`)));
      child.on("message", (index, handle) => {
        const server = createServer(sockets[index as number]!.answer);
        servers.push(server);
        server.once("error", reject).listen(handle as Server, () => {
          if (servers.length === sockets.length) resolve();
        });
      });
    });
    return servers;
  } catch (error) {
    closeAll(servers);
    throw error;
  } finally {
    // It lives until here: a handle is lost when its sender ends before it was taken.
    child.removeAllListeners("exit");
    child.kill("SIGKILL");
  }
}

export function closeAll(servers: readonly HttpServer[]): void {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
}

/** Runs in the child, from its source text: it may use nothing from outside of itself. */
function listenAndHandOver(addresses: { host: string; port: number }[], parent: number): void {
  const { createServer: createNetServer } = process.getBuiltinModule("node:net");
  // Not by the event "disconnect": whose parent is killed before this runs never gets it, and would keep the addresses.
  setInterval(() => process.ppid === parent || process.exit(), 200);
  for (const [index, address] of addresses.entries()) {
    const server = createNetServer();
    server.listen(address, () => process.send!(index, server));
  }
}
