import assert from "node:assert/strict";
import { test } from "node:test";
import { type ManifestFile, formatManifest, manifestHash, parseManifest } from "./manifest.ts";

const source = "s3://bucket/data/";

function file(path: string, more: Partial<ManifestFile> = {}): ManifestFile {
  return {
    path,
    key: `data/${path}`,
    sizeBytes: 784,
    etag: "9b2cf535f27731c974343645a3985328",
    modifiedMs: 1_700_000_000_000,
    sha256: "0".repeat(64),
    ...more,
  };
}

async function* inPieces(text: string, length: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += length) yield text.slice(at, at + length);
}

async function read(text: string, pieceLength = 7) {
  const manifest = await parseManifest(inPieces(text, pieceLength));
  const files: ManifestFile[] = [];
  for await (const found of manifest.files) files.push(found);
  return { source: manifest.source, files };
}

const textOf = (files: ManifestFile[]) => [...formatManifest(source, files)].join("");

test("a manifest is read as it was written, however it is cut", async () => {
  const files = [
    file("plain"),
    file('line\nbreak "quoted" \u2028', { sizeBytes: 0 }),
    file("c", { checksum: { algorithm: "CRC64NVME", value: "rosUhgp5mIg=" } }),
    file("d", { checksum: { algorithm: "SHA256", value: "x", parts: 3 } }),
  ];

  assert.deepEqual(await read(textOf(files)), { source, files });
  assert.deepEqual(await read(textOf([])), { source, files: [] });
});

test("a manifest that lacks its end, or any line, is refused", async () => {
  const text = textOf([file("a"), file("b")]);
  const lines = text.split("\n");
  const torn = [
    "",
    text.slice(0, -1),
    text.slice(0, text.length / 2),
    [...lines.slice(0, 1), ...lines.slice(2)].join("\n"),
    lines.slice(1).join("\n"),
    text + text,
  ];

  for (const wrong of torn) await assert.rejects(read(wrong, 1_000), Error);
});

test("the hash is that of the files, not of the order in which their members were made", () => {
  const { sha256, ...rest } = file("a");
  const same = { sha256, ...rest };

  const hash = manifestHash(formatManifest(source, [file("a")]));

  assert.match(hash, /^[0-9a-f]{64}$/);
  assert.equal(manifestHash(formatManifest(source, [same])), hash);
  assert.notEqual(manifestHash(formatManifest(source, [file("a", { etag: "x" })])), hash);
  assert.notEqual(manifestHash(formatManifest("s3://other/", [file("a")])), hash);
});

test("files come while the text is still being read, so that a long list is never held in memory", async () => {
  const text = textOf(Array.from({ length: 1_000 }, (_, index) => file(`sub/${index}.bin`)));
  let taken = 0;
  async function* counted() {
    for await (const piece of inPieces(text, 1_000)) {
      taken += 1;
      yield piece;
    }
  }

  const manifest = await parseManifest(counted());
  const files = manifest.files[Symbol.asyncIterator]();
  await files.next();

  assert.ok(taken < 5, `${taken} pieces for one file`);
});
