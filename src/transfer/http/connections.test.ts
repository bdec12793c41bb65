import assert from "node:assert/strict";
import { randomBytes, randomInt } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { test } from "node:test";
import { bufferSink, errorAnswer, okAnswer, rawS3 } from "../../../test/support/raw-s3.ts";
import { startRawServer } from "../../../test/support/raw-server.ts";
import { type RequestBody, bodyOf } from "./body.ts";
import { isBusy, isTransient } from "../s3/s3-failure.ts";

const get = { method: "GET", bucket: "bucket", key: "k" } as const;

test("on a socket, too, an answer is whole whichever byte it is split before", async (t) => {
  const body = "0123456789";
  const answer = okAnswer(body, "etag: x\r\n");
  let splitAt = 0;
  const { client, server } = await rawS3(t, async ({ socket, nextRequest }) => {
    while (await nextRequest()) {
      socket.write(answer.subarray(0, splitAt));
      // The client reads what it has before the rest comes: both run in this event loop.
      await turn();
      await turn();
      socket.write(answer.subarray(splitAt));
    }
  });

  for (; splitAt < answer.length; splitAt += 1) {
    const sink = bufferSink(body.length);
    await client.send({ ...get, sink });
    assert.equal(sink.buffer.toString("latin1", 0, sink.count()), body);
  }

  assert.equal(server.count(), 1, "all on one connection");
});

test("a connection that is cut at any byte of the head, or anywhere in the body, is a transient failure", async (t) => {
  const body = randomBytes(300_000);
  const answer = okAnswer(body);
  let cutAt = 0;
  const { client } = await rawS3(t, async ({ socket, nextRequest }) => {
    await nextRequest();
    socket.end(answer.subarray(0, cutAt));
  });
  const headBytes = answer.length - body.length;
  const places = Array.from({ length: headBytes + 1 }, (_, index) => index);
  for (let count = 0; count < 20; count += 1) places.push(randomInt(headBytes, answer.length));

  for (cutAt of places) {
    const sink = bufferSink(body.length);
    await assert.rejects(client.send({ ...get, sink }), isTransient, `cut at ${cutAt}`);
    assert.ok(body.subarray(0, sink.count()).equals(sink.buffer.subarray(0, sink.count())));
  }
});

test("a kept connection that the server had closed is replaced, and the request is made once more", async (t) => {
  const { client, server } = await rawS3(t, async ({ socket, nextRequest, number }) => {
    await nextRequest();
    socket.write(okAnswer(`from ${number}`));
    // The second request on the connection meets its end.
    if (number === 1) await nextRequest().then(() => socket.destroy());
  });

  assert.equal((await client.send(get)).text, "from 1");
  assert.equal((await client.send(get)).text, "from 2");
  assert.equal(server.count(), 2);
});

test("a kept connection that ends in the middle of an answer is a failure, as the request was taken", async (t) => {
  const { client, server } = await rawS3(t, async ({ socket, nextRequest }) => {
    await nextRequest();
    socket.write(okAnswer("first"));
    await nextRequest();
    socket.end("HTTP/1.1 2");
  });

  await client.send(get);
  await assert.rejects(client.send(get), isTransient);
  assert.equal(server.count(), 1);
});

test("a new connection that is closed before an answer is a failure", async (t) => {
  const { client, server } = await rawS3(t, async ({ socket, nextRequest }) => {
    await nextRequest();
    socket.destroy();
  });

  await assert.rejects(client.send(get), isTransient);
  assert.equal(server.count(), 1);
});

test("an idle connection is closed after four seconds, before S3 does it", async (t) => {
  const gone = Promise.withResolvers<void>();
  const { client } = await rawS3(t, async ({ socket, nextRequest, closed }) => {
    await nextRequest();
    socket.write(okAnswer("x"));
    await closed;
    gone.resolve();
  });

  await client.send(get);
  await gone.promise;
});

test("requests at the same time have a connection each, and later ones use those again", async (t) => {
  const { client, server } = await rawS3(
    t,
    async ({ socket, nextRequest }) => {
      while (await nextRequest()) socket.write(okAnswer("x"));
    },
    { tickMs: 1_000 },
  );

  await Promise.all(Array.from({ length: 5 }, () => client.send(get)));
  await Promise.all(Array.from({ length: 5 }, () => client.send(get)));

  assert.equal(server.count(), 5);
});

test("a server that is silent is given up: before its answer and in the middle of it", async (t) => {
  let start = "";
  const { client } = await rawS3(
    t,
    async ({ socket, nextRequest, closed }) => {
      await nextRequest();
      socket.write(start);
      await closed;
    },
    { tickMs: 2 },
  );

  await assert.rejects(client.send(get), { message: "no byte for 30 s" });
  start = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc";
  const sink = bufferSink(9);
  await assert.rejects(client.send({ ...get, sink }), (error: Error) => {
    return isTransient(error) && error.message === "no byte for 10 s";
  });
});

test("a server that sends a byte now and then is given up like a silent one", async (t) => {
  const { client } = await rawS3(
    t,
    async ({ socket, nextRequest, closed }) => {
      await nextRequest();
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n");
      const dripping = setInterval(() => socket.write("x"), 10);
      await closed;
      clearInterval(dripping);
    },
    { tickMs: 20 },
  );

  await assert.rejects(client.send(get), (error: Error) => {
    return isTransient(error) && error.message.endsWith(" bytes in 60 s");
  });
});

test("a slow source of a body is not taken for a silent server", async (t) => {
  const { client } = await rawS3(
    t,
    async ({ socket, nextRequest }) => {
      const request = await nextRequest();
      await request?.body(3);
      socket.write(okAnswer("thanks"));
    },
    { tickMs: 1 },
  );
  const source = Promise.withResolvers<number>();
  const body: RequestBody = {
    size: 3,
    read(into) {
      into.set(Buffer.from("abc"));
      return source.promise;
    },
  };
  const headers = { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
  const sent = client.send({ ...get, method: "PUT", headers, body });
  // Many times what a silent server is given.
  setTimeout(() => source.resolve(3), 100);

  assert.equal((await sent).text, "thanks");
});

test("a failure that is told while the body is still sent ends the sending", async (t) => {
  const { client } = await rawS3(t, async ({ socket, nextRequest }) => {
    await nextRequest();
    // The client waits for a word before a body as large as this; it is refused instead.
    socket.write(errorAnswer(503, "SlowDown"));
  });
  let read = 0;
  const body: RequestBody = { size: 64 * 1024 * 1024, read: (into) => ((read += 1), into.length) };

  await assert.rejects(client.send({ ...get, method: "PUT", body }), isBusy);
  assert.equal(read, 0);
});

test("a failure in the middle of a body is told, and the rest of the body is not sent", async (t) => {
  const { client } = await rawS3(t, async ({ socket, nextRequest }) => {
    const request = await nextRequest();
    socket.write("HTTP/1.1 100 Continue\r\n\r\n");
    await request?.body(1_000_000);
    socket.pause();
    socket.write(errorAnswer(503, "SlowDown"));
  });
  const size = 512 * 1024 * 1024;
  let sent = 0;
  const body: RequestBody = { size, read: (into) => ((sent += into.length), into.length) };

  await assert.rejects(client.send({ ...get, method: "PUT", body }), isBusy);
  assert.ok(sent < size / 2, `${sent} bytes were read`);
});

test("a large body waits for 100 Continue, and goes after a second without", async (t) => {
  const bytes = randomBytes(3 * 1024 * 1024 + 1);
  let saysContinue = true;
  const { client, server } = await rawS3(
    t,
    async ({ socket, nextRequest }) => {
      for (;;) {
        const request = await nextRequest();
        if (!request) return;
        assert.match(request.head, /^expect: 100-continue$/m);
        if (saysContinue) socket.write("HTTP/1.1 100 Continue\r\n\r\n");
        const got = await request.body(bytes.length);
        socket.write(okAnswer(got.equals(bytes) ? "right" : "wrong"));
      }
    },
    { tickMs: 50 },
  );
  const put = { ...get, method: "PUT", body: bodyOf(bytes) } as const;

  assert.equal((await client.send(put)).text, "right");
  saysContinue = false;
  assert.equal((await client.send(put)).text, "right");
  assert.equal(server.count(), 1);
});

test("a body's own failure is what the request fails with, and closes the connection", async (t) => {
  const gone = Promise.withResolvers<void>();
  const { client } = await rawS3(t, async ({ nextRequest, closed }) => {
    await nextRequest();
    await closed;
    gone.resolve();
  });
  const body: RequestBody = {
    size: 2_000_000,
    read: (into, at) => {
      if (at > 0) throw new Error("the disk is gone");
      return into.length;
    },
  };

  await assert.rejects(client.send({ ...get, method: "PUT", body }), {
    message: "the disk is gone",
  });
  await gone.promise;
});

test("a sink that refuses is what the request fails with, and nothing is put into it any more", async (t) => {
  const { client } = await rawS3(t, async ({ socket, nextRequest }) => {
    await nextRequest();
    socket.write(okAnswer(Buffer.alloc(5_000_000, 1)));
  });
  const buffer = Buffer.alloc(1024 * 1024);
  let count = 0;
  const sink = {
    space: () => buffer,
    filled() {
      count += 1;
      if (count === 2) throw new Error("no room");
    },
  };

  await assert.rejects(client.send({ ...get, sink }), { message: "no room" });
  buffer.fill(7);
  for (let turns = 0; turns < 20; turns += 1) await turn();
  assert.ok(buffer.every((byte) => byte === 7));
  assert.equal(count, 2);
});

test("a request that is aborted fails with the reason, before the answer and in the middle of it", async (t) => {
  const asked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { client } = await rawS3(t, async ({ socket, nextRequest, number }) => {
    await nextRequest();
    if (number === 2) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc");
    asked[number - 1]?.resolve();
  });

  for (const { promise } of asked) {
    const abort = new AbortController();
    const sent = client.send({ ...get, sink: bufferSink(9) }, abort.signal);
    await promise;
    abort.abort(new Error("enough"));
    await assert.rejects(sent, { message: "enough" });
  }
  await assert.rejects(client.send(get, AbortSignal.abort(new Error("at once"))), {
    message: "at once",
  });
});

test("connections are spread over all addresses of a host, without those that fail", async (t) => {
  const answer = okAnswer("x");
  const first = await startRawServer(t, async ({ socket, nextRequest }) => {
    while (await nextRequest()) socket.write(answer);
  });
  const resolved = ["127.0.0.1", "127.0.0.2", "127.0.0.3"];
  const { client, server } = await rawS3(
    t,
    async ({ socket, nextRequest }) => {
      while (await nextRequest()) socket.write(answer);
    },
    {
      host: "many.example",
      resolve: async () => resolved,
      server: { host: "127.0.0.2", port: first.port },
    },
  );

  await Promise.all(Array.from({ length: 6 }, () => client.send(get)));

  // 127.0.0.3 listens to nobody.
  assert.equal(first.count() + server.count(), 6);
  assert.ok(first.count() >= 2 && server.count() >= 2, `${first.count()} and ${server.count()}`);
});

test("an address where a request met silence is left for another", async (t) => {
  let isSilent = true;
  const silent = await startRawServer(t, async ({ socket, nextRequest }) => {
    while (await nextRequest()) if (!isSilent) socket.write(okAnswer("first"));
  });
  const { client, server } = await rawS3(
    t,
    async ({ socket, nextRequest }) => {
      while (await nextRequest()) socket.write(okAnswer("second"));
    },
    {
      host: "many.example",
      tickMs: 2,
      resolve: async () => ["127.0.0.1", "127.0.0.2"],
      server: { host: "127.0.0.2", port: silent.port },
    },
  );

  await assert.rejects(client.send(get), isTransient);
  isSilent = false;
  for (let times = 0; times < 3; times += 1) {
    assert.equal((await client.send(get)).text, "second");
  }
  assert.equal(silent.count(), 1);
  assert.ok(server.count() >= 1);
});
