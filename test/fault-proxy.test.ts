import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { makeCertificates } from "./support/certificates.ts";
import { startFaultProxy } from "./support/fault-proxy.ts";

for (const isTls of [false, true]) {
  test(`an answer is cut where it was planned, ${isTls ? "over TLS, too" : "over HTTP"}`, async (t) => {
    const certificates = isTls ? makeCertificates(t, "IP:127.0.0.1") : undefined;
    if (isTls && !certificates) return;
    const proxy = await startFaultProxy(
      t,
      await startServer(t),
      certificates ? { tls: certificates } : {},
    );
    const options = certificates ? { ca: readFileSync(certificates.authority) } : {};
    const get = () => bytesOf(proxy.url, options);

    assert.equal(await get(), answerBytes);
    proxy.plan = () => ({ kind: "cut-answer", afterBytes: 1_000 });
    await assert.rejects(get(), { code: "ECONNRESET" });
  });
}

const answerBytes = 1_000_000;

async function startServer(t: TestContext): Promise<string> {
  const server = http.createServer((_request, response) => response.end(Buffer.alloc(answerBytes)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** How many bytes of an answer's body came. */
async function bytesOf(url: string, options: https.RequestOptions): Promise<number> {
  const { get } = url.startsWith("https:") ? https : http;
  const request = get(url, { ...options, agent: false });
  // A reset is told to the request and to its answer; one of them is enough.
  request.on("error", () => undefined);
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  let count = 0;
  for await (const piece of response) count += (piece as Buffer).length;
  return count;
}
