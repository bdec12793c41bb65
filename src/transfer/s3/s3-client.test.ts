import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { startTestBucket } from "../../../test/support/bucket.ts";
import { type BodySink, bodyOf } from "../http/body.ts";
import { s3Client } from "./s3-client.ts";

/** A sink with little room, so that a body comes in many pieces. */
function gatheringSink(): BodySink & { bytes(): Buffer } {
  const room = Buffer.alloc(1000);
  const pieces: Buffer[] = [];
  return {
    space: () => room,
    filled: (count) => void pieces.push(Buffer.from(room.subarray(0, count))),
    bytes: () => Buffer.concat(pieces),
  };
}

test("what is put is what a sink gets back, whole and by range", async (t) => {
  const { aws, bucket } = await startTestBucket(t);
  const client = s3Client(aws);
  const bytes = randomBytes(100_000);
  const key = "a b/ü+%";

  await client.send({ method: "PUT", bucket, key, body: bodyOf(bytes) });

  const whole = gatheringSink();
  await client.send({ method: "GET", bucket, key, sink: whole });
  assert.ok(whole.bytes().equals(bytes));
  const range = gatheringSink();
  const headers = { range: "bytes=10-5009" };
  const answer = await client.send({ method: "GET", bucket, key, headers, sink: range });
  assert.equal(answer.status, 206);
  assert.ok(range.bytes().equals(bytes.subarray(10, 5010)));
});

test("an answer without a sink is text, one without a body is empty, and a failure is told by its code", async (t) => {
  const { aws, bucket } = await startTestBucket(t);
  const client = s3Client(aws);
  await client.send({ method: "PUT", bucket, key: "k", body: bodyOf("words") });

  assert.equal((await client.send({ method: "GET", bucket, key: "k" })).text, "words");
  const head = await client.send({ method: "HEAD", bucket, key: "k" });
  assert.equal(head.headers.get("content-length"), "5");
  assert.equal(head.text, "");
  await assert.rejects(client.send({ method: "GET", bucket, key: "none" }), { code: "NOT_FOUND" });
  const list = await client.send({ method: "GET", bucket, query: { "list-type": "2" } });
  assert.match(list.text, /<Key>k<\/Key>/);
});
