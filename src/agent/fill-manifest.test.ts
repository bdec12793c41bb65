import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type ManifestFile, manifestPath } from "../manifest.ts";
import { draftManifest, openManifest } from "./fill-manifest.ts";

const source = "s3://bucket/data/";

const fileOf = (path: string, more: Partial<ManifestFile> = {}): ManifestFile => ({
  path,
  key: `data/${path}`,
  sizeBytes: 784,
  etag: "9b2cf535f27731c974343645a3985328",
  modifiedMs: 1_700_000_000_000,
  checksum: { algorithm: "CRC64NVME", value: "rosUhgp5mIg=" },
  ...more,
});

async function volume(t: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "runctl-manifest-"));
  t.after(() => rm(root, { recursive: true }));
  await mkdir(join(root, ".runctl"));
  return root;
}

async function write(root: string, files: readonly ManifestFile[]): Promise<string> {
  const draft = draftManifest(root, source);
  for (const file of files) draft.add(file);
  return draft.finish();
}

async function read(root: string) {
  const { source: from, notes } = await openManifest(root);
  try {
    return { source: from, files: [...notes.left()] };
  } finally {
    notes.close();
  }
}

test("a manifest is found by path as it was written, and its hash is that of its bytes", async (t) => {
  const root = await volume(t);
  const odd = ["plain", 'line\nbreak "quoted" \u2028', "ü/😀", "\u0001"].map((path) =>
    fileOf(path),
  );
  const many = Array.from({ length: 3_000 }, (_, index) => fileOf(`many/${index}`));

  const hash = await write(root, [...odd, ...many]);

  const bytes = await readFile(join(root, manifestPath));
  assert.equal(hash, createHash("sha256").update(bytes).digest("hex"));
  const { notes } = await openManifest(root);
  t.after(() => notes.close());
  for (const file of [...many.toReversed(), ...odd]) assert.deepEqual(notes.find(file.path), file);
  assert.equal(notes.find("many/3000"), undefined);
  for (const { path } of many.slice(1)) notes.keep(path);
  const left = [...notes.left()].map(({ path }) => path).toSorted();
  assert.deepEqual(left, [...odd.map(({ path }) => path), "many/0"].toSorted());
});

test("a draft can be read back before it takes the place of the manifest, or is given up", async (t) => {
  const root = await volume(t);
  const before = await write(root, [fileOf("old")]);
  const draft = draftManifest(root, source);
  draft.add(fileOf("a"));
  draft.add(fileOf("b"));

  const paths = [];
  for await (const { path } of draft.read()) paths.push(path);
  await draft.discard();

  assert.deepEqual(paths, ["a", "b"]);
  assert.deepEqual(await readdir(join(root, ".runctl")), ["manifest"]);
  assert.deepEqual(await read(root), { source, files: [fileOf("old")] });
  assert.notEqual(await write(root, [fileOf("old", { etag: "x" })]), before);
});

test("a manifest that lacks its end, or any line, says nothing", async (t) => {
  const root = await volume(t);
  await write(root, [fileOf("a"), fileOf("b")]);
  const path = join(root, manifestPath);
  const text = await readFile(path, "utf8");
  const lines = text.split("\n");
  const torn = [
    "",
    text.slice(0, -1),
    text.slice(0, text.length / 2),
    [...lines.slice(0, 1), ...lines.slice(2)].join("\n"),
    lines.slice(1).join("\n"),
    text + text,
  ];

  for (const wrong of torn) {
    await writeFile(path, wrong);
    assert.deepEqual(await read(root), { source: undefined, files: [] });
  }
});
