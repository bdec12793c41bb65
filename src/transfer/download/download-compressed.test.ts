import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { startTestBucket } from "../../../test/support/bucket.ts";
import { type DownloadPrefixOptions, downloadPrefix } from "../download-prefix.ts";
import { partPath } from "../part-file.ts";
import { s3Client } from "../s3/s3-client.ts";
import { uploadDirectory } from "../upload-directory.ts";

const text = "theirs ".repeat(9_000);

/** `names` are keys below the prefix, all of them one file that was compressed. */
async function start(t: TestContext, names: readonly string[]) {
  const place = await startTestBucket(t);
  const { aws, bucket, directory } = place;
  const from = join(directory, "from");
  mkdirSync(from);
  writeFileSync(join(from, "x"), text);
  await uploadDirectory(aws, { directory: from, bucket, prefix: "made/", compress: true });
  for (const name of names) {
    const headers = { "x-amz-copy-source": `/${bucket}/made/x.zst` };
    await s3Client(aws).send({ method: "PUT", bucket, key: `p/${name}`, headers });
  }
  const deep = join(directory, "deep");
  const to = join(deep, "to");
  const source = { bucket, prefix: "p/" };
  return {
    deep,
    to,
    put: (key: string, content: string) => place.put(key, content),
    get: (options: DownloadPrefixOptions = {}) => downloadPrefix(aws, source, to, options),
  };
}

test("what the filters leave out is not overwritten by what x.zst unpacks to, whoever made it", async (t) => {
  const { to, put, get } = await start(t, ["config.txt.zst", "both.zst"]);
  await put("p/both", "newer");
  mkdirSync(to, { recursive: true });
  for (const name of ["config.txt", "both"]) writeFileSync(join(to, name), "mine");

  const result = await get({ takes: (path) => path.endsWith(".zst") });

  assert.equal(result.moved, 2);
  for (const name of ["config.txt", "both"]) {
    assert.equal(readFileSync(join(to, name), "utf8"), "mine");
  }
  assert.deepEqual(readdirSync(to), ["both", "both.zst", "config.txt", "config.txt.zst"]);
});

const forbidden = {
  "leave the directory": "d/...zst",
  "be the directory": "..zst",
  "be the journal": ".runctl-journal.zst",
  "be the part of another file": `${partPath("victim")}.zst`,
};
for (const [what, name] of Object.entries(forbidden)) {
  test(`${name} is refused: without .zst it would ${what}`, async (t) => {
    const { deep, to, get } = await start(t, [name, "good.zst"]);

    const result = await get();

    assert.deepEqual(
      result.refused.map((one) => one.name),
      [`p/${name}`],
    );
    assert.equal(readFileSync(join(to, "good"), "utf8"), text);
    assert.deepEqual(readdirSync(deep), ["to"]);
    assert.deepEqual(
      readdirSync(to).filter((one) => one !== "d"),
      ["good"],
    );
  });
}

test("a user's own file may have such a name", async (t) => {
  const { to, put, get } = await start(t, []);
  await put("p/d/...zst", "own");

  await get();

  assert.equal(readFileSync(join(to, "d/...zst"), "utf8"), "own");
});

test("a.zst beside a/x: one of them is refused, the others come", async (t) => {
  const { to, put, get } = await start(t, ["a.zst"]);
  for (const name of ["a/x", "b", "c"]) await put(`p/${name}`, "x");

  const results = [await get(), await get()];

  for (const { refused, objects } of results) assert.deepEqual([refused.length, objects], [1, 3]);
  assert.ok(!readdirSync(to, { recursive: true }).some((name) => String(name).includes(".part")));
});
