import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { getBytes, headObject } from "../../../test/support/s3-objects.ts";
import { startTestBucket } from "../../../test/support/bucket.ts";
import { unfinishedUploads } from "../../../test/support/unfinished-uploads.ts";
import { listPages } from "../list-objects.ts";
import { nameFilter } from "../name-filter.ts";
import { usualPartBytes } from "./plan-parts.ts";
import { restoreCompressed } from "../download/restore-compressed.ts";
import { uploadDirectory } from "../upload-directory.ts";
import { openUploadJournal } from "../upload-journal.ts";
import { readCompression } from "../compressed-form.ts";

/** Half of it shrinks to nothing, so that parts of the usual size come about without much work. */
function halfRandom(sizeBytes: number): Buffer {
  const bytes = randomBytes(sizeBytes);
  for (let at = 0; at + 64 <= sizeBytes; at += 128) bytes.fill(0, at, at + 64);
  return bytes;
}

async function startCompressed(t: TestContext, files: Readonly<Record<string, Buffer | string>>) {
  const place = await startTestBucket(t);
  const { aws, bucket, directory } = place;
  const data = join(directory, "data");
  mkdirSync(data);
  for (const [path, content] of Object.entries(files)) writeFileSync(join(data, path), content);
  const scope = { directory: data, bucket, prefix: "", compress: true };
  const keys = async () => {
    const found: string[] = [];
    for await (const page of listPages(aws, scope)) found.push(...page.map(({ key }) => key));
    return found;
  };
  const restore = async (key: string) => {
    const head = await headObject(aws, { bucket, key });
    const original = readCompression(head?.metadata ?? {});
    assert.ok(original, `${key} was compressed by runctl`);
    const [from, to] = [join(directory, "object"), join(directory, "restored")];
    writeFileSync(from, await getBytes(aws, { bucket, key }));
    await restoreCompressed(from, to, original);
    return readFileSync(to);
  };
  return { place, aws, bucket, data, scope, keys, restore };
}

test("what shrinks is stored as .zst and comes back byte for byte; what does not, as it is", async (t) => {
  const text = Buffer.from("a line of a log\n".repeat(400_000));
  const noise = randomBytes(300_000);
  const files = { "small.txt": "x".repeat(1000), "log.txt": text, "noise.txt": noise, empty: "" };
  const { aws, bucket, scope, keys, restore } = await startCompressed(t, files);

  const result = await uploadDirectory(aws, scope);
  const again = await uploadDirectory(aws, scope);

  assert.deepEqual(await keys(), ["empty", "log.txt.zst", "noise.txt", "small.txt.zst"]);
  assert.ok((await restore("log.txt.zst")).equals(text));
  assert.ok(noise.equals(await getBytes(aws, { bucket, key: "noise.txt" })));
  assert.equal(result.bytes, text.length + noise.length + 1000);
  assert.ok(result.movedBytes < result.bytes / 2);
  assert.deepEqual([again.moved, again.skipped], [0, 4]);
});

test("a large file goes in parts that are compressed while they are sent, and an interrupted one goes on", async (t) => {
  const bytes = halfRandom(4 * usualPartBytes + 1);
  const { aws, bucket, scope, place, restore } = await startCompressed(t, { large: bytes });
  const journal = openUploadJournal(join(place.directory, "journal"));
  const controller = new AbortController();
  const { signal } = controller;
  const stop = ({ movedBytes }: { movedBytes: number }) => {
    if (movedBytes > 0) controller.abort();
  };
  await assert.rejects(uploadDirectory(aws, scope, { signal, journal, onProgress: stop }));
  assert.deepEqual(await unfinishedUploads(aws, bucket), ["large.zst"]);

  const result = await uploadDirectory(aws, scope, { journal });

  const head = await headObject(aws, { bucket, key: "large.zst" });
  assert.match(head!.etag, /-\d$/);
  assert.ok(result.movedBytes < head!.sizeBytes, `${result.movedBytes} of ${head!.sizeBytes}`);
  assert.ok((await restore("large.zst")).equals(bytes));
  assert.deepEqual(await unfinishedUploads(aws, bucket), []);
});

test("a file named .zst by its user stays what it is, and so does the file beside it", async (t) => {
  const files = {
    "a.txt": "text ".repeat(100),
    "a.txt.zst": randomBytes(100),
    "b.zst": "b".repeat(500),
  };
  const { aws, bucket, scope, keys, restore } = await startCompressed(t, files);

  await uploadDirectory(aws, scope);

  assert.deepEqual(await keys(), ["a.txt", "a.txt.zst", "b.zst.zst"]);
  const head = await headObject(aws, { bucket, key: "a.txt.zst" });
  assert.equal(readCompression(head!.metadata), undefined);
  assert.equal((await restore("b.zst.zst")).toString(), files["b.zst"]);
});

test("an object of the compressed name that runctl did not make is not replaced", async (t) => {
  const { aws, bucket, scope, place, keys } = await startCompressed(t, { a: "text ".repeat(100) });
  await place.put("a.zst", "theirs");

  await uploadDirectory(aws, scope);

  assert.deepEqual(await keys(), ["a", "a.zst"]);
  assert.equal(Buffer.from(await getBytes(aws, { bucket, key: "a.zst" })).toString(), "theirs");
});

test("an object that is there uncompressed is replaced under its own key", async (t) => {
  const { aws, scope, place, keys } = await startCompressed(t, { a: "text ".repeat(100) });
  await place.put("a", "older text");

  await uploadDirectory(aws, scope);

  assert.deepEqual(await keys(), ["a"]);
});

test("who no longer compresses leaves no .zst with old content behind, and none of another's is deleted", async (t) => {
  const text = "x".repeat(2000);
  const files = { "keep.txt": text, "kept.txt": text, "left.txt": text };
  const { aws, data, scope, keys, place } = await startCompressed(t, files);
  await uploadDirectory(aws, scope);
  await place.put("own.txt.zst", "made by somebody else");
  for (const name of ["keep.txt", "own.txt"]) writeFileSync(join(data, name), "new");
  writeFileSync(join(data, "keep.txt-2"), "its key comes between the two");
  const filter = nameFilter([{ kind: "exclude", pattern: "left*" }]);

  const again = await uploadDirectory(aws, { ...scope, filter });
  assert.ok((await keys()).includes("kept.txt.zst"));
  const plain = await uploadDirectory(aws, { ...scope, filter, compress: false });

  assert.deepEqual([again.failed, plain.failed], [[], []]);
  assert.deepEqual(await keys(), [
    "keep.txt",
    "keep.txt-2",
    "kept.txt",
    "left.txt.zst",
    "own.txt",
    "own.txt.zst",
  ]);
});
