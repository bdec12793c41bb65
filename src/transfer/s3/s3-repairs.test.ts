import assert from "node:assert/strict";
import { test } from "node:test";
import { errorAnswer, okAnswer, rawS3, testCredentials } from "../../../test/support/raw-s3.ts";
import type { RawConnection } from "../../../test/support/raw-server.ts";
import { isTransient } from "./s3-failure.ts";

const get = { method: "GET", bucket: "bucket", key: "k" } as const;

/** Answers each request with what `answer` makes of its head; keeps the heads. */
function answering(answer: (head: string, count: number) => string | Buffer) {
  const heads: string[] = [];
  const serve = async ({ socket, nextRequest }: RawConnection) => {
    for (;;) {
      const request = await nextRequest();
      if (!request) return;
      heads.push(request.head);
      await request.body(Number(/^content-length: (\d+)$/m.exec(request.head)?.[1] ?? 0));
      socket.write(answer(request.head, heads.length));
    }
  };
  return { heads, serve };
}

const regionOf = (head: string) => /Credential=[^/]+\/\d+\/([^/]+)\//.exec(head)?.[1];
const keyOf = (head: string) => /Credential=([^/]+)/.exec(head)?.[1];
const timeOf = (head: string) => {
  const [, ...parts] = /x-amz-date: (....)(..)(..)T(..)(..)(..)Z/.exec(head) ?? [];
  const [year = 0, month = 0, ...rest] = parts.map(Number);
  return Date.UTC(year, month - 1, ...(rest as [number]));
};

for (const [status, code] of [
  [301, "PermanentRedirect"],
  [307, "TemporaryRedirect"],
  [400, "AuthorizationHeaderMalformed"],
] as const) {
  test(`a bucket of another region that answers ${status} is asked there, from then on at once`, async (t) => {
    const moved = errorAnswer(status, code, "x-amz-bucket-region: eu-west-1\r\n");
    const { heads, serve } = answering((head) =>
      regionOf(head) === "eu-west-1" ? okAnswer("there") : moved,
    );
    const { client } = await rawS3(t, serve);

    assert.equal((await client.send(get)).text, "there");
    assert.equal((await client.send(get)).text, "there");

    assert.deepEqual(heads.map(regionOf), ["us-east-1", "eu-west-1", "eu-west-1"]);
  });
}

test("a region that leads out of AWS, or the same again, is not followed", async (t) => {
  for (const region of ["evil.example/", "x@evil.example", "us-east-1", ""]) {
    const { heads, serve } = answering(() =>
      errorAnswer(301, "PermanentRedirect", `x-amz-bucket-region: ${region}\r\n`),
    );
    const { client } = await rawS3(t, serve);

    await assert.rejects(client.send(get), { message: /PermanentRedirect|is in region/ });
    assert.equal(heads.length, 1, region);
  }
});

const redirect = (location: string) =>
  errorAnswer(307, "TemporaryRedirect", `location: ${location}\r\n`);

test("a redirect that says no more than the host of another region's S3 is followed to that region", async (t) => {
  const moved = redirect("https://bucket.s3-us-west-2.amazonaws.com/k");
  const { heads, serve } = answering((head) =>
    regionOf(head) === "us-west-2" ? okAnswer("there") : moved,
  );
  const asked: Array<string | undefined> = [];
  const { client, server } = await rawS3(t, serve, {
    access: {
      addressOf(_bucket, region) {
        asked.push(region);
        return { protocol: "http:", host: "127.0.0.1", port: server.port, pathPrefix: "/bucket/" };
      },
    },
  });

  assert.equal((await client.send(get)).text, "there");

  assert.deepEqual(heads.map(regionOf), ["us-east-1", "us-west-2"]);
  assert.deepEqual(asked, ["us-east-1", "us-west-2"]);
});

test("a redirect to a host that is not S3 of a region is an error that names it, and nothing is sent there", async (t) => {
  for (const host of ["evil.example", "s3.us-west-2.amazonaws.com.evil.example", "127.0.0.1:1"]) {
    const { heads, serve } = answering(() => redirect(`http://${host}/k`));
    const { client } = await rawS3(t, serve);

    await assert.rejects(client.send(get), {
      code: "AWS_ERROR",
      message: `GET s3://bucket/k: the answer sends on to ${host} (TemporaryRedirect), which is not followed`,
    });
    assert.equal(heads.length, 1, host);
  }
});

test("two regions that send on to each other are left after one try", async (t) => {
  const { heads, serve } = answering((head) => {
    const other = regionOf(head) === "us-east-1" ? "eu-west-1" : "us-east-1";
    return errorAnswer(301, "PermanentRedirect", `x-amz-bucket-region: ${other}\r\n`);
  });
  const { client } = await rawS3(t, serve);

  await assert.rejects(client.send(get), { message: /is in region us-east-1/ });
  assert.equal(heads.length, 2);
});

test("a clock that is wrong by hours is set by S3's, for this request and all that follow", async (t) => {
  const hours = 7 * 3_600_000;
  const { heads, serve } = answering((head) => {
    const now = Date.now() + hours;
    if (Math.abs(timeOf(head) - now) < 900_000) return okAnswer("in time");
    return errorAnswer(403, "RequestTimeTooSkewed", `date: ${new Date(now).toUTCString()}\r\n`);
  });
  const { client } = await rawS3(t, serve);

  assert.equal((await client.send(get)).text, "in time");
  assert.equal((await client.send(get)).text, "in time");
  assert.equal(heads.length, 3);
});

test("a refusal by a server with the right time is no matter of the clock", async (t) => {
  const { heads, serve } = answering(() =>
    errorAnswer(403, "AccessDenied", `date: ${new Date().toUTCString()}\r\n`),
  );
  const { client } = await rawS3(t, serve);

  await assert.rejects(client.send(get), { code: "PERMISSION_DENIED" });
  assert.equal(heads.length, 1);
});

test("credentials that expire in the middle of a transfer are asked for again, once", async (t) => {
  let good = "SECOND";
  const { heads, serve } = answering((head) =>
    keyOf(head) === good ? okAnswer("mine") : errorAnswer(400, "ExpiredToken"),
  );
  let current = { ...testCredentials, accessKeyId: "FIRST" };
  let renewals = 0;
  const credentials = {
    current: () => current,
    renewed: async () => {
      renewals += 1;
      return (current = { ...current, accessKeyId: "SECOND" });
    },
  };
  const { client } = await rawS3(t, serve, { access: { credentials } });

  assert.equal((await client.send(get)).text, "mine");
  assert.deepEqual(heads.map(keyOf), ["FIRST", "SECOND"]);
  good = "THIRD";
  await assert.rejects(client.send(get), { code: "CREDENTIALS" });
  assert.equal(renewals, 2);
});

test("expired credentials are seen by the answer to HEAD, too, which has no words", async (t) => {
  const { heads, serve } = answering((head) =>
    keyOf(head) === "SECOND"
      ? "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n"
      : "HTTP/1.1 400 Bad Request\r\ntransfer-encoding: chunked\r\n\r\n",
  );
  let current = { ...testCredentials, accessKeyId: "FIRST" };
  const credentials = {
    current: () => current,
    renewed: async () => (current = { ...current, accessKeyId: "SECOND" }),
  };
  const { client } = await rawS3(t, serve, { access: { credentials } });

  const { headers } = await client.send({ ...get, method: "HEAD" });

  assert.equal(headers.get("content-length"), "7");
  assert.deepEqual(heads.map(keyOf), ["FIRST", "SECOND"]);
});

test("an upload whose parts cannot be joined fails, though S3 began with 200", async (t) => {
  const post = { ...get, method: "POST", query: { uploadId: "u" } } as const;
  const { serve } = answering((_head, count) => {
    const code = count === 1 ? "InternalError" : "InvalidPart";
    return okAnswer(`<?xml version="1.0"?>\n<Error><Code>${code}</Code></Error>`);
  });
  const { client } = await rawS3(t, serve);

  await assert.rejects(client.send(post), isTransient);
  await assert.rejects(client.send(post), { code: "AWS_ERROR", message: /InvalidPart/ });
});

test("a header that would begin another, or is not ASCII, is never sent", async (t) => {
  const { heads, serve } = answering(() => okAnswer("x"));
  const { client } = await rawS3(t, serve);

  for (const value of ["a\r\nx-amz-acl: public-read", "naïve"]) {
    const headers = { "x-amz-meta-a": value };
    await assert.rejects(client.send({ ...get, headers }), /header x-amz-meta-a/);
  }
  assert.equal(heads.length, 0);
});

/** A body of many an `a`. */
const letters = (size: number) => ({ size, read: (into: Uint8Array) => into.fill(97).byteLength });

test("without TLS a small body is signed, and a large one is left to its checksum", async (t) => {
  const { heads, serve } = answering(() => okAnswer("x"));
  const { client } = await rawS3(t, serve);
  const put = { ...get, method: "PUT" } as const;

  await client.send({ ...put, body: letters(3) });
  await client.send({ ...put, body: letters(1024 * 1024 + 1) });

  const signed = heads.map((head) => /x-amz-content-sha256: (.*)/.exec(head)?.[1]);
  const sha256OfAaa = "9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0";
  assert.deepEqual(signed, [sha256OfAaa, "UNSIGNED-PAYLOAD"]);
});
