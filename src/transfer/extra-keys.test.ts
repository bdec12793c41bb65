import assert from "node:assert/strict";
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import * as fc from "fast-check";
import { startTestBucket } from "../../test/support/bucket.ts";
import { deleteKeys } from "./delete-keys.ts";
import { findExtraKeys } from "./extra-keys.ts";
import { compareKeys } from "./key-order.ts";
import { listPages } from "./list-objects.ts";
import { nameFilter } from "./name-filter.ts";

function makeFile(root: string, path: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), path);
}

test("objects without a file are extra; markers of directories, compressed forms and what is refused are not", async (t) => {
  const { aws, bucket, directory, ...place } = await startTestBucket(t);
  for (const path of ["file", "full/file", "text"]) makeFile(directory, path);
  symlinkSync("nowhere", join(directory, "broken"));
  const stay = ["", "broken", "broken/x", "file", "full/", "full/file", "text.zst"];
  const go = ["full/other", "gone", "gone/", "other.zst", "file/below"];
  for (const key of [...stay, ...go]) await place.put(`p/${key}`, key.endsWith("/") ? "" : "x");
  await place.put("q/outside", "x");
  const scope = { directory, bucket, prefix: "p/", compress: true };

  const { keys, hasFiles } = await findExtraKeys(aws, scope);

  assert.ok(hasFiles);
  assert.deepEqual(keys, go.map((key) => `p/${key}`).toSorted(compareKeys));
  const plain = await findExtraKeys(aws, { ...scope, compress: false });
  assert.ok(plain.keys.includes("p/text.zst"));
});

test("what --exclude protects stays in its compressed form, too, with and without a file", async (t) => {
  const { aws, bucket, directory, ...place } = await startTestBucket(t);
  makeFile(directory, "keep.txt");
  for (const key of ["keep.txt.zst", "other.txt.zst", "gone.bin.zst"]) await place.put(key, "x");
  const filter = nameFilter([{ kind: "exclude", pattern: "*.txt" }]);

  for (const compress of [true, false]) {
    const scope = { directory, bucket, prefix: "", compress, filter };
    assert.deepEqual((await findExtraKeys(aws, scope)).keys, ["gone.bin.zst"]);
  }
});

test("a directory that has nothing but empty ones has no file", async (t) => {
  const { aws, bucket, directory, ...place } = await startTestBucket(t);
  mkdirSync(join(directory, "lost+found"));
  await place.put("p/x", "x");

  const { keys, hasFiles } = await findExtraKeys(aws, { directory, bucket, prefix: "p/" });

  assert.deepEqual([keys, hasFiles], [["p/x"], false]);
});

test("below a directory that cannot be read nothing is extra", async (t) => {
  if (process.getuid?.() === 0) return t.skip("root reads every directory");
  const { aws, bucket, directory, ...place } = await startTestBucket(t);
  mkdirSync(join(directory, "locked"));
  chmodSync(join(directory, "locked"), 0);
  await place.put("locked/a", "x");

  assert.deepEqual((await findExtraKeys(aws, { directory, bucket, prefix: "" })).keys, []);
});

test("a name that is not UTF-8 makes no other file's object extra", async (t) => {
  const { aws, bucket, directory, ...place } = await startTestBucket(t);
  const names = ["a", "é.txt", "日本.txt"];
  for (const name of names) {
    makeFile(directory, name);
    await place.put(`p/${name}`, name);
  }
  writeFileSync(Buffer.concat([Buffer.from(`${directory}/`), Buffer.from([0x80])]), "x");

  const { keys } = await findExtraKeys(aws, { directory, bucket, prefix: "p/" });

  assert.deepEqual(keys, []);
});

test("an object at a refused path is not extra, wherever the path comes in the order", async (t) => {
  const { aws, bucket, directory, ...place } = await startTestBucket(t);
  // As a directory, each link would come behind the file, and its object comes before it.
  for (const name of ["loop", "out"]) makeFile(directory, `${name}.json`);
  symlinkSync("/usr", join(directory, "out"));
  symlinkSync(".", join(directory, "loop"));
  for (const key of ["loop", "loop.json", "loop.zst", "out", "out.json", "out/x", "other"]) {
    await place.put(key, "x");
  }

  const { keys } = await findExtraKeys(aws, { directory, bucket, prefix: "" });

  assert.deepEqual(keys, ["other"]);
});

test("the compressed form of a refused or skipped file is not extra", async (t) => {
  const { aws, bucket, directory, ...place } = await startTestBucket(t);
  symlinkSync("/mnt/not-mounted/model", join(directory, "model"));
  for (const key of ["model", "model.zst", "other.zst"]) await place.put(key, "x");
  const scope = { directory, bucket, prefix: "" };

  for (const compress of [true, false]) {
    for (const symlinks of ["follow", "skip"] as const) {
      const { keys } = await findExtraKeys(aws, { ...scope, compress, symlinks });
      assert.deepEqual(keys, ["other.zst"]);
    }
  }
});

const name = fc.constantFrom("a", "b", "c.tmp", "d.zst", "ü&<>'\"");
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const rule = fc.record({
  kind: fc.constantFrom("include" as const, "exclude" as const),
  pattern: fc.constantFrom("*", "*.tmp", "a/*", "*b*", "?", "a"),
});

test("whatever the files, the objects and the filters: deleted is what has no file and is not left out", async (t) => {
  const { aws, bucket, directory, ...place } = await startTestBucket(t);
  const cases = fc.record({
    files: fc.uniqueArray(path, { maxLength: 6 }),
    objects: fc.uniqueArray(path, { maxLength: 6 }),
    rules: fc.array(rule, { maxLength: 3 }),
  });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(cases, async ({ files, objects, rules }) => {
      const root = join(directory, String(run++));
      mkdirSync(root);
      const there = new Set<string>();
      for (const file of files) {
        try {
          makeFile(root, file);
          there.add(file);
        } catch {
          // A file stands where this one wants a directory, or the other way round.
        }
      }
      const prefix = `${run}/`;
      await Promise.all(objects.map((key) => place.put(prefix + key, "x")));
      const filter = nameFilter(rules);
      const isExcluded = (key: string) => !filter(key) || !filter(key.replace(/\.zst$/, ""));
      const expected = objects.filter((key) => !there.has(key) && !isExcluded(key));

      const { keys } = await findExtraKeys(aws, { directory: root, bucket, prefix, filter });
      assert.deepEqual(keys.toSorted(), expected.map((key) => prefix + key).toSorted());
      assert.deepEqual(await deleteKeys(aws, bucket, keys), []);

      const left: string[] = [];
      for await (const page of listPages(aws, { bucket, prefix })) {
        left.push(...page.map(({ key }) => key.slice(prefix.length)));
      }
      assert.deepEqual(
        left.toSorted(),
        objects.filter((key) => !expected.includes(key)).toSorted(),
      );
      rmSync(root, { recursive: true });
    }),
    { numRuns: 40 },
  );
});

test("more keys than one request takes are deleted, with characters that XML cannot hold", async (t) => {
  const { aws, bucket, ...place } = await startTestBucket(t);
  const odd = ["a\u0001b", "line\nbreak", "tab\t", "]]>&amp;", "\ud83d\ude00"];
  for (const key of odd) await place.put(key, "x");
  const absent = Array.from({ length: 1_001 }, (_, index) => `absent/${index}`);

  assert.deepEqual(await deleteKeys(aws, bucket, [...absent, ...odd]), []);

  for await (const page of listPages(aws, { bucket, prefix: "" })) assert.deepEqual(page, []);
});
