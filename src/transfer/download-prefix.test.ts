import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { lstatSync, statSync } from "node:fs";
import { readFile, readdir, readlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { crc32 } from "node:zlib";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { systemClock } from "../clock.ts";
import { type TestBucket, startTestBucket } from "../../test/support/bucket.ts";
import { crc32Text } from "./crc32-text.ts";
import { type DownloadPrefixOptions, downloadPrefix } from "./download-prefix.ts";
import { nameFilter } from "./name-filter.ts";
import { compressFrame } from "./upload/zstd-compress.ts";
import { compressionMetadata } from "./compressed-form.ts";

async function start(t: TestContext, now = Date.now) {
  const place = await startTestBucket(t, { clock: { ...systemClock, now } });
  const client = await place.aws.s3();
  const to = join(place.directory, "to");
  return {
    ...place,
    to,
    /** With metadata, and without a checksum but the ETag. */
    async putWith(key: string, body: string | Uint8Array, metadata: Record<string, string>) {
      const object = { Bucket: place.bucket, Key: `p/${key}`, Body: Buffer.from(body) };
      await client.send(new PutObjectCommand({ ...object, Metadata: metadata }));
    },
    get: (options: DownloadPrefixOptions = {}) =>
      downloadPrefix(place.aws, { bucket: place.bucket, prefix: "p/" }, to, options),
  };
}

const put = (place: TestBucket, names: readonly string[]) =>
  Promise.all(names.map((name) => place.put(`p/${name}`, `content of ${name}`)));

test("names of every kind come back, also of 0 and 1 bytes, and an empty directory", async (t) => {
  const place = await start(t);
  const names = [
    "a b",
    "ü/日本/😀",
    "-rf",
    "'\"`$(x)",
    "a\nb",
    "%41+&",
    "trailing ",
    ".hidden",
    "\u0001",
  ];
  await put(place, names);
  await place.put("p/empty", "");
  await place.put("p/one", "1");
  await place.put("p/folder/", "");

  const result = await place.get();

  assert.deepEqual([result.objects, result.compared], [names.length + 2, names.length + 2]);
  for (const name of names) {
    assert.equal(await readFile(join(place.to, name), "utf8"), `content of ${name}`);
  }
  assert.equal(statSync(join(place.to, "empty")).size, 0);
  assert.equal(await readFile(join(place.to, "one"), "utf8"), "1");
  assert.deepEqual(await readdir(join(place.to, "folder")), []);
  assert.ok(!(await readdir(place.to)).some((name) => name.startsWith(".runctl")));
});

test("without any notes, a file of the object's size and time counts as there; one of a run that was cut off does not", async (t) => {
  const place = await start(t, () => Date.now() - 300_000);
  await put(place, ["same", "touched", "changed"]);
  await place.get({ trustTimes: true });
  const { atime, mtime } = statSync(join(place.to, "same"));
  for (const name of ["same", "changed"]) {
    await writeFile(join(place.to, name), `CONTENT of ${name}`);
  }
  await utimes(join(place.to, "same"), atime, mtime);
  await utimes(join(place.to, "touched"), 0, 0);

  const second = await place.get({ trustTimes: true });
  // What a run that was killed leaves.
  await writeFile(join(place.to, ".runctl-journal"), "torn");
  const third = await place.get({ trustTimes: true });

  assert.deepEqual([second.moved, second.skipped], [1, 2]);
  assert.equal(await readFile(join(place.to, "changed"), "utf8"), "content of changed");
  assert.deepEqual([third.moved, third.skipped], [1, 2]);
  assert.equal(await readFile(join(place.to, "same"), "utf8"), "content of same");
});

const large = (byte: number) => Buffer.alloc(1 + (1 << 20), byte);

test("a version of the same size and second as that of the file is seen", async (t) => {
  const madeAt = Date.now();
  const place = await start(t, () => madeAt);
  const putBoth = async (byte: number) => {
    await place.put("p/small", `version ${byte}`);
    await place.put("p/large", large(byte));
  };
  await putBoth(1);
  await place.get({ trustTimes: true });
  await putBoth(2);

  const second = await place.get({ trustTimes: true });
  const third = await place.get({ trustTimes: true });

  assert.deepEqual([second.moved, third.moved], [2, 0]);
  assert.equal(await readFile(join(place.to, "small"), "utf8"), "version 2");
  assert.ok((await readFile(join(place.to, "large"))).equals(large(2)));
});

test("verify reads every file, also those that seem to be there", async (t) => {
  const place = await start(t);
  await put(place, ["a", "b"]);
  await place.get({ verify: true });
  const { atime, mtime } = statSync(join(place.to, "a"));
  await writeFile(join(place.to, "a"), "CONTENT of a");
  await utimes(join(place.to, "a"), atime, mtime);

  const again = await place.get({ trustTimes: true, verify: true });

  assert.deepEqual([again.moved, again.skipped], [1, 1]);
  assert.equal(await readFile(join(place.to, "a"), "utf8"), "content of a");
});

test("time and permissions come from the metadata, without set-user-id", async (t) => {
  const place = await start(t);
  await place.putWith("file", "x", { mtime: "1600000000.25", mode: "0104750" });
  await place.putWith("s3fs", "x", { mtime: "1600000000", mode: "33188" });

  await place.get();
  const again = await place.get({ trustTimes: true });

  const { mode, mtimeMs } = statSync(join(place.to, "file"));
  assert.deepEqual([mode & 0o7777, mtimeMs], [0o750, 1_600_000_000_250]);
  assert.equal(statSync(join(place.to, "s3fs")).mode & 0o7777, 0o644);
  assert.equal(again.skipped, 2);
});

test("only what the filters take comes", async (t) => {
  const place = await start(t);
  await put(place, ["a.txt", "b/c.txt", "b/d.bin", "e.bin"]);
  const takes = nameFilter([
    { kind: "exclude", pattern: "*" },
    { kind: "include", pattern: "*.txt" },
  ]);

  const result = await place.get({ takes });

  assert.equal(result.objects, 2);
  const names = await readdir(place.to, { recursive: true });
  assert.deepEqual(names.toSorted(), ["a.txt", "b", "b/c.txt"]);
});

test("objects that are symbolic links become links that stay inside, files or nothing", async (t) => {
  const place = await start(t);
  const mode = "0120777";
  await place.put("p/dir/file", "x");
  await place.putWith("dir/good", "../dir/file", { mode });
  await place.putWith("up", "../secret", { mode });
  await place.putWith("dir/absolute", "/etc/passwd", { mode });

  const kept = await place.get({ links: "keep" });
  const again = await place.get({ links: "keep" });

  assert.equal(await readlink(join(place.to, "dir/good")), "../dir/file");
  const refused = kept.refused.map(({ name }) => name);
  assert.deepEqual(refused.toSorted(), ["p/dir/absolute", "p/up"]);
  assert.deepEqual([kept.moved, again.moved, again.skipped], [2, 0, 2]);

  const content = join(place.directory, "content");
  const source = { bucket: place.bucket, prefix: "p/" };
  await downloadPrefix(place.aws, source, content);
  assert.equal(await readFile(join(content, "up"), "utf8"), "../secret");
  const refusing = join(place.directory, "refusing");
  assert.equal((await downloadPrefix(place.aws, source, refusing, { links: "refuse" })).objects, 1);
  assert.equal(lstatSync(join(refusing, "up"), { throwIfNoEntry: false }), undefined);
});

test("what was compressed comes as the file that it was, and is there the next time", async (t) => {
  const place = await start(t);
  const bytes = Buffer.from("a line of a log\n".repeat(10_000));
  const original = { sizeBytes: bytes.length, crc32: crc32Text(crc32(bytes)) };
  const metadata = { ...compressionMetadata(original), mtime: "1600000000", mode: "0100640" };
  const zst = await compressFrame(bytes);
  await place.putWith("log.zst", zst, metadata);
  await place.putWith("both", "own", {});
  await place.putWith("both.zst", zst, metadata);
  await place.putWith("user.zst", zst, {});

  const first = await place.get();
  const again = await place.get();
  const plain = join(place.directory, "plain");
  await downloadPrefix(place.aws, { bucket: place.bucket, prefix: "p/" }, plain, {
    decompress: false,
  });

  assert.deepEqual([first.moved, again.moved, again.skipped], [4, 0, 4]);
  assert.ok((await readFile(join(place.to, "log"))).equals(bytes));
  const { mode, mtimeMs } = statSync(join(place.to, "log"));
  assert.deepEqual([mode & 0o777, mtimeMs], [0o640, 1_600_000_000_000]);
  assert.equal(await readFile(join(place.to, "both"), "utf8"), "own");
  for (const name of ["both.zst", "user.zst"]) {
    assert.ok((await readFile(join(place.to, name))).equals(zst), name);
  }
  assert.deepEqual((await readdir(place.to)).toSorted(), ["both", "both.zst", "log", "user.zst"]);
  assert.ok((await readFile(join(plain, "log.zst"))).equals(zst));
});

test("files are handed on in S3's order, whatever order they come in", async (t) => {
  const place = await start(t);
  const names = Array.from({ length: 60 }, (_, index) => `${index}`);
  await Promise.all(
    names.map((name, index) => place.put(`p/${name}`, randomBytes(index % 7 === 0 ? 300_000 : 10))),
  );
  const paths: string[] = [];

  await place.get({ onFile: ({ path }) => void paths.push(path) });

  assert.deepEqual(paths, names.toSorted());
});
