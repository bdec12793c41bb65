import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  readFileSync,
  readdirSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { type ProcessIdentity, identifyProcess } from "../../process-identity.ts";
import { getBytes, headObject } from "../../../test/support/s3-objects.ts";
import { startTestBucket } from "../../../test/support/bucket.ts";
import { unfinishedUploads } from "../../../test/support/unfinished-uploads.ts";
import { createFlowControl } from "../flow-control.ts";
import { usualPartBytes } from "./plan-parts.ts";
import { s3Client } from "../s3/s3-client.ts";
import { uploadFile } from "../../../test/support/upload-file.ts";
import { openUploadJournal } from "../upload-journal.ts";
import { elementText } from "../s3/xml-answer.ts";

/** A directory with a file of `count` parts and a byte, and an upload of it that stops after `after` of them. */
async function startInterrupted(
  t: Parameters<typeof startTestBucket>[0],
  { count, after }: { count: number; after: number },
) {
  const { aws, bucket, directory } = await startTestBucket(t);
  const path = join(directory, "large");
  const bytes = randomBytes(count * usualPartBytes + 1);
  await writeFile(path, bytes);
  await utimes(path, 1_700_000_000, 1_700_000_000);
  const notes = join(directory, "journal");
  const journal = openUploadJournal(notes);
  const place = { bucket, key: "k" };
  const controller = new AbortController();
  const sent: number[] = [];
  const onBytes = (partBytes: number) => {
    sent.push(partBytes);
    if (sent.length === after) controller.abort();
  };
  const { signal } = controller;
  await assert.rejects(uploadFile(aws, path, place, { signal, onBytes, journal }));
  // Any of them may be first, also the last one, of a byte.
  const sentBytes = sent.reduce((sum, partBytes) => sum + partBytes, 0);
  return { aws, bucket, path, bytes, journal, notes, place, sentBytes };
}

test("an interrupted upload goes on with the parts that S3 has", async (t) => {
  const { aws, bucket, path, bytes, journal, place, sentBytes } = await startInterrupted(t, {
    count: 4,
    after: 2,
  });
  assert.deepEqual(await unfinishedUploads(aws, bucket), ["k"]);

  const again = await uploadFile(aws, path, place, { journal });

  assert.ok(again.movedBytes <= bytes.length - sentBytes, `${again.movedBytes} moved`);
  assert.ok(bytes.equals(await getBytes(aws, place)));
  assert.deepEqual(await unfinishedUploads(aws, bucket), []);
  assert.equal(await journal.find({ ...place, path }), undefined);
});

test("parts of another content are replaced when the file changed between the runs", async (t) => {
  const { aws, path, bytes, journal, place } = await startInterrupted(t, { count: 2, after: 1 });
  const other = randomBytes(bytes.length);
  await writeFile(path, other);
  // With another time the upload would begin anew.
  await utimes(path, 1_700_000_000, 1_700_000_000);

  await uploadFile(aws, path, place, { journal });

  assert.ok(other.equals(await getBytes(aws, place)));
});

test("an interrupted upload of a file that has another time now begins anew, with that time", async (t) => {
  const { aws, bucket, path, bytes, journal, place } = await startInterrupted(t, {
    count: 2,
    after: 1,
  });
  await utimes(path, 1_500_000_000, 1_500_000_000);

  const again = await uploadFile(aws, path, place, { journal });

  assert.equal(again.movedBytes, bytes.length);
  assert.equal((await headObject(aws, place))?.metadata["mtime"], "1500000000");
  assert.deepEqual(await unfinishedUploads(aws, bucket), []);
});

test("an upload that cannot be noted fails at once and leaves nothing in S3", async (t) => {
  const { aws, bucket, directory } = await startTestBucket(t);
  const path = join(directory, "file");
  writeFileSync(path, Buffer.alloc(9 << 20));
  const closed = process.platform === "linux" ? "/proc/none/uploads" : join(path, "uploads");
  const journal = openUploadJournal(closed);

  const upload = uploadFile(aws, path, { bucket, key: "k" }, { journal });

  await assert.rejects(upload, { code: "OPERATION_FAILED", message: /cannot be noted/ });
  assert.deepEqual(await unfinishedUploads(aws, bucket), []);
});

test("without a journal, an upload that stops early leaves nothing in S3", async (t) => {
  const { aws, bucket, directory } = await startTestBucket(t);
  const path = join(directory, "large");
  await writeFile(path, randomBytes(2 * usualPartBytes));
  const controller = new AbortController();
  const onBytes = () => controller.abort();
  const { signal } = controller;

  await assert.rejects(uploadFile(aws, path, { bucket, key: "k" }, { signal, onBytes }));

  assert.deepEqual(await unfinishedUploads(aws, bucket), []);
});

test("an unfinished upload that another program began is neither gone on with nor aborted", async (t) => {
  const { aws, bucket, directory } = await startTestBucket(t);
  const place = { bucket, key: "k" };
  const headers = { "x-amz-checksum-algorithm": "CRC32", "x-amz-checksum-type": "FULL_OBJECT" };
  const request = { method: "POST", ...place, query: { uploads: "" }, headers } as const;
  const theirs = elementText((await s3Client(aws).send(request)).text, "UploadId");
  const path = join(directory, "large");
  await writeFile(path, randomBytes(usualPartBytes + 1));

  await uploadFile(aws, path, place, { journal: openUploadJournal(join(directory, "journal")) });

  assert.ok(theirs);
  assert.deepEqual(await unfinishedUploads(aws, bucket), ["k"]);
});

test("an upload that another process is at is left to it", async (t) => {
  const { aws, bucket, path, bytes, journal, notes, place } = await startInterrupted(t, {
    count: 2,
    after: 1,
  });
  // A process that lives as long as this one.
  const parent = await identifyProcess(process.ppid);
  assert.ok(parent);
  giveTo(parent, notes);

  const again = await uploadFile(aws, path, place, { journal });

  assert.equal(again.movedBytes, bytes.length);
  assert.deepEqual(await unfinishedUploads(aws, bucket), ["k"]);
});

test("an upload of a process that has ended goes on although another has its number now", async (t) => {
  const { aws, bucket, path, bytes, journal, notes, place } = await startInterrupted(t, {
    count: 2,
    after: 1,
  });
  giveTo({ pid: process.ppid, started: "before the last boot" }, notes);

  const again = await uploadFile(aws, path, place, { journal });

  assert.ok(again.movedBytes < bytes.length, `${again.movedBytes} moved`);
  assert.deepEqual(await unfinishedUploads(aws, bucket), []);
});

/** Makes another process the owner of the only upload that is noted. */
function giveTo(owner: ProcessIdentity, notes: string): void {
  const [name] = readdirSync(notes);
  assert.ok(name);
  const note: unknown = JSON.parse(readFileSync(join(notes, name), "utf8"));
  writeFileSync(join(notes, name), JSON.stringify(Object.assign({}, note, { owner })));
}

const changes: [what: string, change: (path: string) => void][] = [
  ["is written to", (path) => writeFileSync(path, "x", { flag: "r+" })],
  ["is written to and gets its old time back", writeInSecret],
  ["gets longer", (path) => appendFileSync(path, "x")],
  ["gets shorter", (path) => writeFileSync(path, "x")],
  ["is replaced by another", replaceBySameSize],
];

function writeInSecret(path: string): void {
  writeFileSync(path, "x", { flag: "r+" });
  utimesSync(path, 1_700_000_000, 1_700_000_000);
}

function replaceBySameSize(path: string): void {
  writeFileSync(`${path}.new`, randomBytes(3 * usualPartBytes));
  utimesSync(`${path}.new`, 1_700_000_000, 1_700_000_000);
  renameSync(`${path}.new`, path);
}

for (const [what, change] of changes) {
  test(`a file that ${what} while it is uploaded is no object, and its parts are freed`, async (t) => {
    const { aws, bucket, directory } = await startTestBucket(t);
    const path = join(directory, "large");
    await writeFile(path, randomBytes(3 * usualPartBytes));
    await utimes(path, 1_700_000_000, 1_700_000_000);
    const place = { bucket, key: "k" };
    let isChanged = false;
    const onBytes = () => {
      if (!isChanged) change(path);
      isChanged = true;
    };
    const flow = createFlowControl({ parallel: 1 });
    const journal = openUploadJournal(join(directory, "journal"));

    const upload = uploadFile(aws, path, place, { onBytes, flow, journal });

    await assert.rejects(upload, { code: "CONFLICT", message: /changed while it was uploaded/ });
    assert.equal(await headObject(aws, place), undefined);
    assert.deepEqual(await unfinishedUploads(aws, bucket), []);
    assert.equal(await journal.find({ ...place, path }), undefined);
  });
}

test("an upload that must not replace keeps what is there, small or in parts", async (t) => {
  const { aws, bucket, directory } = await startTestBucket(t);
  for (const size of [3, usualPartBytes + 1]) {
    const path = join(directory, String(size));
    await writeFile(path, randomBytes(size));
    const place = { bucket, key: path.slice(1) };

    assert.equal((await uploadFile(aws, path, place, { ifNoneMatch: true })).outcome, "created");
    assert.equal((await uploadFile(aws, path, place, { ifNoneMatch: true })).outcome, "kept");
    assert.deepEqual(await unfinishedUploads(aws, bucket), []);
  }
});
