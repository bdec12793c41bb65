import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { getBytes, headObject } from "../../test/support/s3-objects.ts";
import { startTestBucket } from "../../test/support/bucket.ts";
import { listPages } from "./list-objects.ts";
import { nameFilter } from "./name-filter.ts";
import { uploadDirectory } from "./upload-directory.ts";

async function startTree(t: TestContext, files: Readonly<Record<string, string>>) {
  const place = await startTestBucket(t);
  const { aws, bucket, directory } = place;
  for (const [path, content] of Object.entries(files)) {
    const full = join(directory, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
  }
  const scope = { directory, bucket, prefix: "p/" };
  const keys = async () => {
    const found: string[] = [];
    for await (const page of listPages(aws, { bucket, prefix: "" })) {
      found.push(...page.map(({ key }) => key));
    }
    return found;
  };
  return { ...place, place, scope, keys };
}

test("only what is missing or has other bytes goes up, whatever the times say", async (t) => {
  const { aws, scope, directory, place, keys } = await startTree(t, {
    same: "1",
    changed: "1",
    longer: "1",
    "sub/new": "1",
  });
  await place.put("p/same", "1");
  await place.put("p/changed", "2");
  await place.put("p/longer", "11");
  await place.put("p/other", "x");
  utimesSync(join(directory, "same"), 0, 0);

  const result = await uploadDirectory(aws, scope);
  const again = await uploadDirectory(aws, scope);

  assert.deepEqual([result.moved, result.skipped], [3, 1]);
  assert.deepEqual([again.moved, again.skipped], [0, 4]);
  assert.deepEqual(await keys(), ["p/changed", "p/longer", "p/other", "p/same", "p/sub/new"]);
});

test("large files that are there are found by S3's checksum, also of parts, and not sent again", async (t) => {
  const { aws, scope, directory, bucket } = await startTree(t, {});
  writeFileSync(join(directory, "two parts"), randomBytes(9 * 1024 * 1024));
  writeFileSync(join(directory, "one"), randomBytes(2 * 1024 * 1024));
  await uploadDirectory(aws, scope);

  const again = await uploadDirectory(aws, scope);
  writeFileSync(join(directory, "one"), randomBytes(2 * 1024 * 1024));
  const changed = await uploadDirectory(aws, scope);

  assert.deepEqual([again.moved, again.skipped], [0, 2]);
  assert.deepEqual([changed.moved, changed.skipped], [1, 1]);
  assert.match((await headObject(aws, { bucket, key: "p/two parts" }))!.etag, /-2$/);
});

test("links are objects of what they lead to, or links that a download can make again", async (t) => {
  const { aws, bucket, scope, directory } = await startTree(t, { "a/file": "content" });
  symlinkSync("a/file", join(directory, "link"));

  await uploadDirectory(aws, scope);
  assert.equal(Buffer.from(await getBytes(aws, { bucket, key: "p/link" })).toString(), "content");

  const kept = await uploadDirectory(aws, { ...scope, symlinks: "keep" });
  const again = await uploadDirectory(aws, { ...scope, symlinks: "keep" });
  assert.equal(Buffer.from(await getBytes(aws, { bucket, key: "p/link" })).toString(), "a/file");
  const head = await headObject(aws, { bucket, key: "p/link" });
  assert.equal(head?.metadata["mode"], "0120777");
  assert.deepEqual([kept.moved, again.moved], [1, 0]);
});

test("an empty directory has a marker, and what cannot be uploaded is named", async (t) => {
  const { aws, scope, directory, keys } = await startTree(t, { "full/file": "1" });
  mkdirSync(join(directory, "empty"));
  symlinkSync("/nowhere", join(directory, "broken"));

  const result = await uploadDirectory(aws, scope);
  const again = await uploadDirectory(aws, scope);

  assert.deepEqual(await keys(), ["p/empty/", "p/full/file"]);
  assert.deepEqual(
    result.refused.map(({ name }) => name),
    ["broken"],
  );
  assert.equal(again.moved, 0);
});

test("what the filters leave out is not uploaded", async (t) => {
  const { aws, scope, keys } = await startTree(t, { "a.tmp": "1", "b/c.tmp": "1", "b/d": "1" });

  await uploadDirectory(aws, {
    ...scope,
    filter: nameFilter([{ kind: "exclude", pattern: "*.tmp" }]),
  });

  assert.deepEqual(await keys(), ["p/b/d"]);
});

test("what becomes something else before its turn fails alone, and the rest goes up", async (t) => {
  const { aws, scope, keys } = await startTree(t, { a: "1", b: "1", "c/x": "1", d: "1", e: "1" });
  const at = (name: string) => join(scope.directory, name);
  const changes: Record<string, () => void> = {
    a: () => mkdirSync(at("a")),
    b: () => spawnSync("sh", ["-c", 'mkfifo "$0"', at("b")]),
    c: () => writeFileSync(at("c"), ""),
    d: () => symlinkSync("d", at("d")),
  };

  const { failed, moved } = await uploadDirectory(aws, {
    ...scope,
    // Asked about what the walk has seen, before it is opened.
    filter(path) {
      const [top = ""] = path.split("/");
      if (changes[top]) rmSync(at(top), { recursive: true });
      changes[top]?.();
      return true;
    },
  });

  assert.equal(moved, 1);
  assert.deepEqual(failed.map(({ name }) => name).toSorted(), ["a", "b", "c/x", "d"]);
  assert.deepEqual(await keys(), ["p/e"]);
});

test("with no clobber, a key that exists keeps its object and the others go up", async (t) => {
  const { aws, bucket, scope, place } = await startTree(t, { a: "new", b: "new" });
  await place.put("p/a", "old");

  const result = await uploadDirectory(aws, scope, { ifNoneMatch: true });

  assert.deepEqual([result.moved, result.skipped], [1, 1]);
  assert.equal(Buffer.from(await getBytes(aws, { bucket, key: "p/a" })).toString(), "old");
});
