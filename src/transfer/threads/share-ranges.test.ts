import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { checksumOf } from "../../object-checksum.ts";
import { createFlowControl } from "../flow-control.ts";
import { createBufferPool } from "../large/buffer-pool.ts";
import type { RangeSource } from "../large/fetch-range.ts";
import type { DiskFile } from "../large/disk-file.ts";
import { combine, createRangeSum, crcText } from "../large/crc-sums.ts";
import type { RangeThread } from "./range-thread.ts";
import { shareRanges } from "./share-ranges.ts";

const bytes = randomBytes(100_000);
const range = { first: 0, lengthBytes: bytes.length, pieceLengths: [bytes.length] };

test("from when a second thread is needed on, each thread gets half of what is under way", async () => {
  const source = memorySource();
  let isNeeded = false;
  const other = otherThread(source);
  const more = {
    start: other.start,
    isNeeded: () => isNeeded,
    path: "",
    pageCache: "keep",
  } as const;
  const sharing = shareRanges(more, () => 1_000);

  await Promise.all([1, 2, 3, 4].map(() => sharing.fetch(source, range)));
  assert.deepEqual(other.counts, { started: 0, fetched: 0, stopped: 0 });
  isNeeded = true;
  const all = await Promise.all([1, 2, 3, 4].map(() => sharing.fetch(source, range)));
  await sharing.stop();

  assert.deepEqual(other.counts, { started: 1, fetched: 2, stopped: 1 });
  for (const pieces of all) {
    assert.equal(crcText("CRC32", combine("CRC32", pieces)), checksumOf("CRC32", bytes));
  }
});

test("no thread is started for the last ranges of an object", async () => {
  const source = memorySource();
  const other = otherThread(source);
  const more = { start: other.start, isNeeded: () => true, path: "", pageCache: "keep" } as const;
  const sharing = shareRanges(more, () => 63);

  await Promise.all([1, 2, 3].map(() => sharing.fetch(source, range)));
  await sharing.stop();

  assert.deepEqual(other.counts, { started: 0, fetched: 0, stopped: 0 });
});

const nothing = async () => undefined;

/** A source of one range, and a disk that forgets. */
function memorySource(): RangeSource {
  const file: DiskFile = {
    write: nothing,
    writeNow: () => undefined,
    read: async () => 0,
    isDirect: false,
    sync: nothing,
    syncData: nothing,
    truncate: nothing,
    setAttributes: nothing,
    close: nothing,
  };
  const headers = new Map([["content-range", `bytes 0-${bytes.length - 1}/${bytes.length}`]]);
  return {
    client: {
      async send({ sink }) {
        sink?.start?.({ status: 206, headers });
        sink?.space().set(bytes);
        sink?.filled(bytes.length);
        return { status: 206, headers, text: "" };
      },
    },
    flow: createFlowControl({ parallel: 8 }),
    pool: createBufferPool(16),
    object: { bucket: "bucket", key: "k", etag: "e", sizeBytes: bytes.length },
    file,
    retryMs: 1_000,
    algorithm: "CRC32",
  };
}

function otherThread({ pool }: RangeSource) {
  const counts = { started: 0, fetched: 0, stopped: 0 };
  const start = (): RangeThread => {
    let inFlight = 0;
    counts.started += 1;
    return {
      async fetch() {
        counts.fetched += 1;
        inFlight += 1;
        await new Promise(setImmediate);
        inFlight -= 1;
        const sum = createRangeSum(pool.crc, "CRC32", range.pieceLengths);
        sum.update(bytes);
        return sum.pieces();
      },
      get inFlight() {
        return inFlight;
      },
      async stop() {
        counts.stopped += 1;
      },
    };
  };
  return { counts, start };
}
