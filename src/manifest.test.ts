import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ManifestFile,
  formatManifestEnd,
  formatManifestFile,
  formatManifestHeader,
  parseManifestFile,
  readManifestEnd,
  readManifestHeader,
} from "./manifest.ts";

const file: ManifestFile = {
  path: 'line\nbreak "quoted" \u2028',
  key: "data/x",
  sizeBytes: 784,
  etag: "9b2cf535f27731c974343645a3985328",
  modifiedMs: 1_700_000_000_000,
  checksum: { algorithm: "CRC64NVME", value: "rosUhgp5mIg=" },
};

test("lines are read as they were written, and are the same whatever order their members were made in", () => {
  const line = formatManifestFile(file);
  const { path, ...rest } = file;

  assert.deepEqual(parseManifestFile(line), file);
  assert.equal(formatManifestFile({ ...rest, path }), line);
  assert.match(line, /^\{"path":[^\n]*\n$/);
  assert.equal(readManifestHeader(formatManifestHeader("s3://b/p/")), "s3://b/p/");
  assert.deepEqual(readManifestEnd(formatManifestEnd({ files: 2, bytes: 3 })), {
    end: true,
    files: 2,
    bytes: 3,
  });
  assert.equal(readManifestEnd(line), undefined);
});

test("a line of the first version is read back by the SHA-256 that it has", () => {
  const { checksum: _checksum, ...place } = file;
  const checksum = { algorithm: "SHA256", value: "of parts", parts: 3 };
  const line = JSON.stringify({ ...place, checksum, sha256: "00".repeat(32) });

  const value = Buffer.alloc(32).toString("base64");
  assert.deepEqual(parseManifestFile(line), { ...place, checksum: { algorithm: "SHA256", value } });
  assert.equal(
    readManifestHeader('{"runctl":"manifest","version":1,"source":"s3://b/"}'),
    "s3://b/",
  );
});

test("what no version wrote is refused", () => {
  const { checksum: _checksum, ...place } = file;
  const wrong = [
    "",
    "{",
    "[]",
    "null",
    JSON.stringify(place),
    JSON.stringify({ ...file, etag: 5 }),
  ];
  for (const line of wrong) assert.throws(() => parseManifestFile(line), Error, line);
  assert.throws(() => readManifestHeader('{"runctl":"manifest","version":3,"source":""}'), Error);
});
