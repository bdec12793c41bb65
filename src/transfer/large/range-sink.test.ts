import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { bufferBytes, createBufferPool } from "./buffer-pool.ts";
import { createRangeSum } from "./crc-sums.ts";
import type { DiskFile } from "./disk-file.ts";
import { createRangeSink } from "./range-sink.ts";

const bytes = randomBytes(5 * bufferBytes + 77);

test("a disk slower than the source holds it back, and every byte is right", async () => {
  const disk = memoryDisk();
  const pool = createBufferPool(2);
  const range = { first: 2 * bufferBytes, lengthBytes: bytes.length };
  const sum = createRangeSum(pool.crc, "CRC32", [bytes.length]);
  const sink = createRangeSink({ pool, file: disk.file, range, sum }, await pool.take());

  pour(sink, bytes);
  assert.deepEqual(disk.counts(), { waiting: 2, atOnce: 4 });
  disk.letWritesGo();
  const pieces = await sink.finish();
  await sink.close();

  assert.deepEqual(pieces, [{ crc: BigInt(crc32(bytes)), lengthBytes: bytes.length }]);
  assert.ok(disk.content().subarray(range.first).equals(bytes));
  assert.deepEqual(takeAll(pool), 2);
});

test("an answer with more bytes than were asked for is refused", async () => {
  const { sink, disk } = await smallSink();
  pour(sink, Buffer.alloc(100));

  assert.throws(() => sink.space(), { message: "more bytes came than were asked for" });
  disk.letWritesGo();
  await sink.close();
});

test("what the disk throws ends the request, at the latest at its end, and gives the buffers back", async () => {
  const { sink, pool, disk } = await smallSink();
  pour(sink, Buffer.alloc(100));
  disk.failWrites(new Error("ENOSPC"));

  await assert.rejects(sink.finish(), { message: "ENOSPC" });
  await sink.close();

  assert.equal(takeAll(pool), 2);
});

test("a range that ends early is not taken for whole", async () => {
  const { sink, pool } = await smallSink();
  pour(sink, Buffer.alloc(99));

  await assert.rejects(sink.finish(), { name: "ShortBody" });
  await sink.close();

  assert.equal(sink.next, 99);
  assert.equal(takeAll(pool), 2);
});

async function smallSink() {
  const disk = memoryDisk();
  const pool = createBufferPool(2);
  const sum = createRangeSum(pool.crc, "CRC64NVME", [100]);
  const range = { first: 0, lengthBytes: 100 };
  const sink = createRangeSink({ pool, file: disk.file, range, sum }, await pool.take());
  return { sink, pool, disk };
}

function pour(sink: ReturnType<typeof createRangeSink>, from: Uint8Array): void {
  for (let at = 0; at < from.length;) {
    const space = sink.space();
    // As TLS delivers: records of 16 KiB at most.
    const piece = from.subarray(at, at + Math.min(space.length, 16_384));
    space.set(piece);
    sink.filled(piece.length);
    at += piece.length;
  }
}

function takeAll(pool: ReturnType<typeof createBufferPool>): number {
  let count = 0;
  while (pool.takeNow()) count += 1;
  return count;
}

const unused = () => Promise.reject(new Error("unused"));

/** A disk whose asynchronous writes happen when the test says so, from the buffer as it is then. */
function memoryDisk() {
  const content = Buffer.alloc(8 * bufferBytes);
  const waiting: { happen: () => void; fail: (error: Error) => void }[] = [];
  let atOnce = 0;
  const file: DiskFile = {
    write: (from, position) =>
      new Promise((resolve, reject) => {
        const happen = () => {
          content.set(from, position);
          resolve();
        };
        waiting.push({ happen, fail: reject });
      }),
    writeNow(from, position) {
      atOnce += 1;
      content.set(from, position);
    },
    isDirect: true,
    read: unused,
    sync: unused,
    syncData: unused,
    truncate: unused,
    setAttributes: unused,
    close: unused,
  };
  return {
    file,
    content: () => content.subarray(0, 2 * bufferBytes + bytes.length),
    counts: () => ({ waiting: waiting.length, atOnce }),
    letWritesGo: () => waiting.splice(0).forEach(({ happen }) => happen()),
    failWrites: (error: Error) => waiting.splice(0).forEach(({ fail }) => fail(error)),
  };
}
