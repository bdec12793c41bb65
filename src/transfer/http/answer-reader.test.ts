import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { AnswerHead, BodySink } from "./body.ts";
import { AnswerReader } from "./answer-reader.ts";
import { BadAnswer, CutConnection } from "./http-failure.ts";

/** A sink with so little room that most reads do not fit. */
function gatheringSink(room = 7) {
  const space = Buffer.alloc(room);
  const gathered: Buffer[] = [];
  const heads: AnswerHead[] = [];
  const sink: BodySink = {
    start: (head) => void heads.push(head),
    space: () => space,
    filled: (count) => void gathered.push(Buffer.from(space.subarray(0, count))),
  };
  return { sink, heads, text: () => Buffer.concat(gathered).toString("latin1") };
}

/** Hands pieces over as a socket would: never more at once than the reader gives room for. */
function feed(reader: AnswerReader, pieces: readonly Buffer[]): void {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const space = reader.space();
      const count = Math.min(space.byteLength, piece.length - at);
      space.set(piece.subarray(at, at + count));
      reader.take(count);
      at += count;
    }
  }
}

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set([...places, bytes.length])].toSorted((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const answers = {
  "with a length": {
    method: "GET",
    text: 'HTTP/1.1 200 OK\r\nContent-Length: 26\r\nETag:  "x" \r\n\r\nabcdefghijklmnopqrstuvwxyz',
    body: "abcdefghijklmnopqrstuvwxyz",
  },
  "in chunks, with an extension and trailers": {
    method: "GET",
    text: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a="b"\r\nhello\r\nA \r\n, 10 bytes\r\n0\r\nx-amz-checksum-crc32: AAAAAA==\r\nb: c\r\n\r\n',
    body: "hello, 10 bytes",
  },
  "after two interim answers": {
    method: "PUT",
    text: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
    body: "ok",
  },
  "without a body": {
    method: "HEAD",
    text: "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n",
    body: "",
  },
  "of status 204": { method: "DELETE", text: "HTTP/1.1 204 No Content\r\n\r\n", body: "" },
  "of no bytes": {
    method: "GET",
    text: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    body: "",
  },
} as const;

for (const [name, { method, text, body }] of Object.entries(answers)) {
  const bytes = Buffer.from(text, "latin1");

  test(`an answer ${name} is the same however it is split`, () => {
    const everyByte = Array.from(bytes, (_, index) => [index]);
    const splits = [...everyByte, everyByte.flat(), []];
    for (const places of splits) {
      const { sink, text: got, heads } = gatheringSink();
      const reader = new AnswerReader({ method, sink });
      feed(reader, cutAt(bytes, places));
      assert.equal(reader.isDone, true);
      assert.equal(got(), body);
      assert.equal(heads.length, 1);
      assert.equal(reader.allowsAnother, true);
      const gathering = new AnswerReader({ method });
      feed(gathering, cutAt(bytes, places));
      assert.equal(gathering.answer().text, body);
    }
  });

  test(`an answer ${name} that ends at any byte before its last is told from a whole one`, () => {
    for (let end = 0; end < bytes.length; end += 1) {
      const { sink, text: got } = gatheringSink();
      const reader = new AnswerReader({ method, sink });
      feed(reader, [bytes.subarray(0, end)]);
      assert.equal(reader.isDone, false);
      assert.throws(() => reader.end(), CutConnection);
      assert.ok(body.startsWith(got()));
    }
  });
}

test("a body of any bytes in any chunks comes whole, at random splits and with any room", () => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 12 });
  const places = fc.array(fc.nat(4000), { maxLength: 40 });
  fc.assert(
    fc.property(chunks, places, fc.integer({ min: 1, max: 600 }), (parts, cuts, room) => {
      const coded = parts.flatMap((part) => [`${part.length.toString(16)}\r\n`, part, "\r\n"]);
      const pieces = [
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        ...coded,
        "0\r\n\r\n",
      ];
      const bytes = Buffer.concat(
        pieces.map((piece) =>
          typeof piece === "string" ? Buffer.from(piece) : Buffer.from(piece),
        ),
      );
      const { sink, text } = gatheringSink(room);
      const reader = new AnswerReader({ method: "GET", sink });
      feed(
        reader,
        cutAt(
          bytes,
          cuts.filter((place) => place < bytes.length),
        ),
      );
      assert.equal(text(), Buffer.concat(parts).toString("latin1"));
      assert.equal(reader.isDone, true);
    }),
  );
});

test("the body goes right into the sink's space, and never past its end", () => {
  const room = Buffer.alloc(100, 0xee);
  let filled = 0;
  const sink: BodySink = {
    space: () => room.subarray(filled),
    filled: (count) => void (filled += count),
  };
  const reader = new AnswerReader({ method: "GET", sink });
  feed(reader, [Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nab")]);

  const space = reader.space();

  assert.equal(space.buffer, room.buffer);
  assert.equal(space.byteOffset, room.byteOffset + 2);
  assert.equal(space.byteLength, 8);
});

test("a failure's body is text, whatever the sink", () => {
  const { sink, heads, text } = gatheringSink();
  const reader = new AnswerReader({ method: "GET", sink });
  feed(reader, [Buffer.from("HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\ngone")]);

  assert.equal(reader.answer().text, "gone");
  assert.equal(heads.length, 0);
  assert.equal(text(), "");
});

test("a failure without a length lasts until the connection ends, which is not used again", () => {
  const reader = new AnswerReader({ method: "GET" });
  feed(reader, [Buffer.from("HTTP/1.1 502 Bad Gateway\r\n\r\nsorry")]);
  assert.equal(reader.isDone, false);

  reader.end();

  assert.equal(reader.isDone, true);
  assert.equal(reader.answer().text, "sorry");
  assert.equal(reader.allowsAnother, false);
});

test("a connection is not used again after connection: close, HTTP/1.0, or bytes that nobody asked for", () => {
  const length = "content-length: 2\r\n\r\nok";
  for (const text of [
    `HTTP/1.1 200 OK\r\nConnection: Keep-Alive, Close\r\n${length}`,
    `HTTP/1.0 200 OK\r\n${length}`,
    `HTTP/1.1 200 OK\r\n${length}HTTP/1.1 200 OK\r\n`,
  ]) {
    const reader = new AnswerReader({ method: "GET" });
    feed(reader, [Buffer.from(text)]);
    assert.equal(reader.answer().text, "ok");
    assert.equal(reader.allowsAnother, false, text);
  }
});

const refused = {
  "both a length and chunks":
    "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n",
  "two lengths": "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n",
  "a length that is no number": "HTTP/1.1 200 OK\r\ncontent-length: +2\r\n\r\n",
  "a length of twenty digits": "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n",
  "another coding": "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
  "no framing for a success": "HTTP/1.1 200 OK\r\n\r\n",
  "chunks in HTTP/1.0": "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
  "another protocol": "SSH-2.0-OpenSSH_9.2\r\n\r\n",
  "HTTP/2": "HTTP/2 200\r\n\r\n",
  "a change of protocol": "HTTP/1.1 101 Switching Protocols\r\n\r\n",
  "a header without a colon": "HTTP/1.1 200 OK\r\nwords\r\n\r\n",
  "a space before the colon": "HTTP/1.1 200 OK\r\ncontent-length : 2\r\n\r\n",
  "a continued header": "HTTP/1.1 200 OK\r\na: b\r\n c: d\r\n\r\n",
  "a bare line feed": "HTTP/1.1 200 OK\r\na: b\ncontent-length: 2\r\n\r\n",
  "a zero byte": "HTTP/1.1 200 OK\r\na: b\0\r\n\r\n",
  "a head of 70,000 bytes": `HTTP/1.1 200 OK\r\na: ${"b".repeat(70_000)}\r\n\r\n`,
  "300 headers": `HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(300)}\r\n`,
  "a chunk of no size": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\nab",
  "a chunk of a negative size": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n",
  "a chunk longer than it says":
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
  "a chunk's size that never ends": `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;${"a".repeat(9_000)}`,
  "interim answers that never end": "HTTP/1.1 100 Continue\r\n\r\n".repeat(11),
  "trailers that never end": `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${"a: bbbbbbbb\r\n".repeat(9_000)}`,
};

test("an answer whose end could be read in two ways, or that never ends, is refused", () => {
  for (const [name, text] of Object.entries(refused)) {
    const { sink } = gatheringSink();
    const reader = new AnswerReader({ method: "GET", sink });
    assert.throws(() => feed(reader, [Buffer.from(text)]), BadAnswer, name);
  }
});

test("a text in chunks of one byte takes no more memory than twice its length", () => {
  const reader = new AnswerReader({ method: "GET" });
  feed(reader, [Buffer.from("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")]);
  const piece = Buffer.from("1\r\nx\r\n".repeat(8_192));
  const before = process.memoryUsage();

  for (let count = 0; count < 64; count += 1) feed(reader, [piece]);

  const after = process.memoryUsage();
  const taken = after.heapUsed + after.external - before.heapUsed - before.external;
  feed(reader, [Buffer.from("0\r\n\r\n")]);
  assert.equal(reader.answer().text.length, 64 * 8_192);
  assert.ok(taken < 64 * 2 ** 20, `${taken} bytes for ${64 * 8_192}`);
});

test("a text longer than 16 MiB is refused", () => {
  const reader = new AnswerReader({ method: "GET" });
  feed(reader, [Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n")]);
  const piece = Buffer.alloc(1024 * 1024);
  feed(
    reader,
    Array.from({ length: 16 }, () => piece),
  );

  assert.throws(() => feed(reader, [Buffer.alloc(1)]), BadAnswer);
});
