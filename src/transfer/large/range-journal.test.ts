import assert from "node:assert/strict";
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type JournalIdentity, openRangeJournal } from "./range-journal.ts";

const identity: JournalIdentity = {
  bucket: "b",
  key: "clé",
  etag: "e",
  sizeBytes: 100,
  rangeBytes: 10,
  algorithm: "CRC32",
};
const range = (index: number) => ({ first: index * 10, lengthBytes: 10, pieceLengths: [10] });
const pieces = (index: number) => [{ crc: BigInt(index + 1), lengthBytes: 10 }];
const nothing = async () => undefined;

test("what was noted is found again, by the same object only", async (t) => {
  const path = await journalPath(t);
  await noteRanges(path, [3, 0]);

  assert.deepEqual(
    [...(await foundIn(path)).entries()],
    [
      [30, [4n]],
      [0, [1n]],
    ],
  );
  assert.equal((await foundIn(path, { ...identity, etag: "another" })).size, 0);
  // Opened for another object, it is that one's now.
  assert.equal((await foundIn(path)).size, 0);
});

test("cut at any byte it says nothing that it did not say before, and can be gone on with", async (t) => {
  const path = await journalPath(t);
  await noteRanges(path, [0, 1, 2]);
  const whole = await readFile(path);
  for (let length = 0; length <= whole.length; length += 1) {
    await writeFile(path, whole.subarray(0, length));
    const before = await foundIn(path);
    const count = before.size;
    for (const index of Array(count).keys()) {
      assert.deepEqual(before.get(index * 10), [BigInt(index + 1)]);
    }

    await noteRanges(path, [7]);

    assert.deepEqual(
      [...(await foundIn(path)).keys()],
      [...Array.from({ length: count }, (_, index) => index * 10), 70],
    );
  }
});

test("nothing behind a spoiled line is believed", async (t) => {
  const path = await journalPath(t);
  for (const spoiled of ["\0\0\0\0\n", '{"first":10}\n', '{"first":"10","crcs":[]}\n', "{}\n"]) {
    await rm(path, { force: true });
    await noteRanges(path, [0]);
    await appendFile(path, `${spoiled}{"first":20,"crcs":["AAAAAw=="]}\n`);

    assert.deepEqual([...(await foundIn(path)).keys()], [0], spoiled);
  }
});

test("a note is written only after the bytes are on the disk, and a disk that fails is told", async (t) => {
  const path = await journalPath(t);
  const order: string[] = [];
  const journal = await openRangeJournal(path, identity, async () => {
    order.push(`synced when the journal was ${(await readFile(path)).length} long`);
  });
  const empty = (await readFile(path)).length;
  journal.note(range(1), pieces(1));
  await journal.flush();
  await journal.close();
  assert.deepEqual(order, [`synced when the journal was ${empty} long`]);

  const failing = await openRangeJournal(path, identity, async () => {
    throw new Error("EIO");
  });
  failing.note(range(2), pieces(2));
  await assert.rejects(failing.flush(), { message: "EIO" });
  await failing.close();
  assert.deepEqual([...(await foundIn(path)).keys()], [10]);
});

async function journalPath(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "runctl-journal-"));
  t.after(() => rm(directory, { recursive: true }));
  return join(directory, "ranges");
}

async function noteRanges(path: string, indexes: readonly number[]): Promise<void> {
  const journal = await openRangeJournal(path, identity, nothing);
  for (const index of indexes) journal.note(range(index), pieces(index));
  await journal.flush();
  await journal.close();
}

async function foundIn(path: string, of = identity) {
  const journal = await openRangeJournal(path, of, nothing);
  await journal.close();
  return journal.found;
}
