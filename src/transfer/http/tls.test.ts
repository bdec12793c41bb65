import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { type TestContext, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import { promisify } from "node:util";
import { makeCertificates } from "../../../test/support/certificates.ts";
import { accessTo, bufferSink, okAnswer, rawS3 } from "../../../test/support/raw-s3.ts";
import type { RawConnection } from "../../../test/support/raw-server.ts";
import { createS3Client } from "../s3/s3-client.ts";

const get = { method: "GET", bucket: "bucket", key: "k" } as const;

async function tlsS3(
  t: TestContext,
  serve: (connection: RawConnection) => Promise<void>,
  { names = "DNS:localhost", host = "localhost", trusts = true } = {},
) {
  const made = makeCertificates(t, names);
  if (!made) return undefined;
  const { key, cert, authority } = made;
  const place = await rawS3(t, serve, {
    host,
    resolve: async () => ["127.0.0.1"],
    server: { tls: { key, cert } },
    ...(trusts ? { caBundle: authority } : {}),
  });
  return { ...place, authority };
}

async function answerAll({ socket, nextRequest }: RawConnection): Promise<void> {
  while (await nextRequest()) socket.write(okAnswer("secret"));
}

test("a body comes whole over TLS, at any place of the sink, and its connection is used again", async (t) => {
  const body = randomBytes(3_000_000);
  const names: unknown[] = [];
  const place = await tlsS3(t, async ({ socket, nextRequest }) => {
    names.push((socket as TLSSocket).servername);
    while (await nextRequest()) socket.write(okAnswer(body));
  });
  if (!place) return;

  for (let times = 0; times < 3; times += 1) {
    const sink = bufferSink(body.length);
    await place.client.send({ ...get, sink });
    assert.ok(sink.buffer.subarray(0, sink.count()).equals(body));
  }

  assert.deepEqual(names, ["localhost"], "one connection, to the name and not to the address");
});

test("a second connection takes the first one's session up again", async (t) => {
  const isReused: boolean[] = [];
  const both = Promise.withResolvers<void>();
  const place = await tlsS3(t, async ({ socket, nextRequest, number }) => {
    isReused.push((socket as TLSSocket).isSessionReused());
    if (number === 2) both.resolve();
    while (await nextRequest()) {
      if (isReused.length === 1) socket.write(okAnswer("x"));
      await both.promise;
      socket.write(okAnswer("y"));
    }
  });
  if (!place) return;

  await place.client.send(get);
  await Promise.all([place.client.send(get), place.client.send(get)]);

  assert.deepEqual(isReused, [false, true]);
});

test("over TLS, too, nothing is put into a sink once the request has failed", async (t) => {
  const place = await tlsS3(t, async ({ socket, nextRequest }) => {
    await nextRequest();
    socket.write(okAnswer(Buffer.alloc(5_000_000, 1)));
  });
  if (!place) return;
  // A read holds many records; what follows the failing one must not go where the sink's owner puts other bytes.
  for (const failAt of [1, 2, 3, 5, 9]) {
    const buffer = Buffer.alloc(64 * 1024);
    let count = 0;
    const sink = {
      space: () => buffer,
      filled() {
        if ((count += 1) === failAt) throw new Error("no room");
      },
    };
    await place.client.send({ ...get, sink }).catch(() => buffer.fill(7));
    for (let turns = 0; turns < 10; turns += 1) await turn();
    assert.ok(buffer.every((byte) => byte === 7));
    assert.equal(count, failAt);
  }
});

test("a certificate of an unknown authority, or for another name, is refused and nothing is sent", async (t) => {
  let asked = 0;
  const serve = async (connection: RawConnection) => {
    if (await connection.nextRequest()) asked += 1;
  };
  const unknown = await tlsS3(t, serve, { trusts: false });
  if (!unknown) return;
  await assert.rejects(unknown.client.send(get), {
    code: "UNREACHABLE",
    message: /the connection to localhost is not secure: .*certificate/,
    hint: /AWS_CA_BUNDLE/,
  });
  const other = await tlsS3(t, serve, { names: "DNS:elsewhere.example" });
  await assert.rejects(other!.client.send(get), { code: "UNREACHABLE", message: /ALTNAME/ });
  assert.equal(asked, 0);
});

test("an endpoint that is an address needs a certificate for the address", async (t) => {
  const place = await tlsS3(t, answerAll, { names: "IP:127.0.0.1", host: "127.0.0.1" });
  if (!place) return;
  assert.equal((await place.client.send(get)).text, "secret");

  const other = await tlsS3(t, answerAll, { names: "DNS:localhost", host: "127.0.0.1" });
  await assert.rejects(other!.client.send(get), { code: "UNREACHABLE" });
});

test("a bundle of certificates that is not there is told by its variable", async () => {
  const access = accessTo("https://127.0.0.1:1");
  const client = createS3Client(access, { caBundle: "/nowhere/bundle.pem" });

  await assert.rejects(client.send(get), {
    code: "CONFIGURATION",
    message: /AWS_CA_BUNDLE \/nowhere\/bundle.pem/,
  });
});

test("a program whose requests are answered ends, AWS_CA_BUNDLE and NODE_EXTRA_CA_CERTS are honoured, NODE_TLS_REJECT_UNAUTHORIZED is not", async (t) => {
  const place = await tlsS3(t, answerAll);
  if (!place) return;
  const { authority, server } = place;
  const program = `
    import { s3Client } from ${JSON.stringify(new URL("../s3/s3-client.ts", import.meta.url))};
    import { connect } from ${JSON.stringify(new URL("../../aws/connect.ts", import.meta.url))};
    const aws = connect({
      region: "us-east-1",
      endpointUrl: "https://localhost:${server.port}",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
    });
    const request = { method: "GET", bucket: "bucket", key: "k" };
    console.log(await s3Client(aws).send(request).then(({ text }) => text, ({ code }) => code));
  `;
  const environments: [Record<string, string>, string][] = [
    [{ AWS_CA_BUNDLE: authority }, "secret\n"],
    [{ NODE_EXTRA_CA_CERTS: authority }, "secret\n"],
    [{ NODE_TLS_REJECT_UNAUTHORIZED: "0", NODE_NO_WARNINGS: "1" }, "UNREACHABLE\n"],
  ];
  const { AWS_CA_BUNDLE: _bundle, NODE_EXTRA_CA_CERTS: _extra, ...env } = process.env;

  await Promise.all(
    environments.map(async ([changes, expected]) => {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ["--input-type=module", "--eval", program],
        { env: { ...env, ...changes } },
      );
      assert.equal(stdout, expected, Object.keys(changes)[0]);
    }),
  );
});
