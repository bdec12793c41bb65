import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

export interface RecordingServer {
  url: string;
  requests: IncomingMessage[];
  /** Resolves when the first request has come. */
  first: Promise<void>;
}

/** Something in AWS's place that keeps what it is asked, and refuses it, or never answers. */
export async function recordingServer(
  t: TestContext,
  answer: "refuse" | "never" = "refuse",
): Promise<RecordingServer> {
  const requests: IncomingMessage[] = [];
  const { promise: first, resolve } = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    requests.push(request);
    resolve();
    if (answer === "refuse") response.writeHead(400).end();
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, first };
}
