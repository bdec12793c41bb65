import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { imdsClient } from "./imds.ts";

test("a token is asked for once and used for every look", async (t) => {
  const { endpoint, asked } = await metadata(t, () => ({ status: 200, body: "i-1" }));
  const imds = imdsClient({ endpoint });

  assert.equal(await imds.read("meta-data/instance-id"), "i-1");
  assert.equal(await imds.read("meta-data/instance-id"), "i-1");

  assert.deepEqual(asked, [
    "PUT /latest/api/token",
    "GET /latest/meta-data/instance-id token-1",
    "GET /latest/meta-data/instance-id token-1",
  ]);
});

test("what is not there is undefined", async (t) => {
  const { endpoint } = await metadata(t, () => ({ status: 404, body: "no" }));
  assert.equal(await imdsClient({ endpoint }).read("meta-data/spot/instance-action"), undefined);
});

test("a token that is refused is replaced", async (t) => {
  const { endpoint } = await metadata(t, (token) =>
    token === "token-1" ? { status: 401, body: "" } : { status: 200, body: token },
  );
  assert.equal(await imdsClient({ endpoint }).read("meta-data/x"), "token-2");
});

test("a token is renewed before its six hours are over", async (t) => {
  const { endpoint } = await metadata(t, (token) => ({ status: 200, body: token }));
  let now = 0;
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  const imds = imdsClient({ endpoint, clock });

  assert.equal(await imds.read("meta-data/x"), "token-1");
  now = 5.8 * 3_600_000;
  assert.equal(await imds.read("meta-data/x"), "token-1");
  now = 5.95 * 3_600_000;
  assert.equal(await imds.read("meta-data/x"), "token-2");
});

test("a service that does not answer is an error and not a hang", async (t) => {
  const endpoint = await serve(t, () => undefined);
  await assert.rejects(imdsClient({ endpoint, timeoutMs: 50 }).read("meta-data/x"), {
    code: "OPERATION_FAILED",
  });
});

async function metadata(
  t: TestContext,
  answer: (token: string) => { status: number; body: string },
) {
  const asked: string[] = [];
  let tokens = 0;
  const endpoint = await serve(t, (request, response) => {
    const token = request.headers["x-aws-ec2-metadata-token"];
    asked.push([request.method, request.url, token].filter(Boolean).join(" "));
    if (request.method === "PUT") {
      tokens += 1;
      response.end(`token-${tokens}`);
      return;
    }
    const { status, body } = answer(String(token));
    response.writeHead(status).end(body);
  });
  return { endpoint, asked };
}

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
