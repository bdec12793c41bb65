import assert from "node:assert/strict";
import { test } from "node:test";
import {
  compressionMetadata,
  fileMetadata,
  isSymbolicLink,
  metadataHeaders,
  readCompression,
  readFileMetadata,
  userMetadata,
} from "./file-metadata.ts";

test("time and mode of a file come back from an object's metadata", () => {
  const file = { modifiedMs: 1_700_000_000_123.456, mode: 0o100_640 };
  const headers = metadataHeaders(fileMetadata(file));

  assert.deepEqual(headers, {
    "x-amz-meta-mtime": "1700000000.123456",
    "x-amz-meta-mode": "100640",
  });
  assert.deepEqual(readFileMetadata(userMetadata(Object.entries(headers))), file);
});

test("metadata that others wrote in another form is passed over", () => {
  assert.deepEqual(readFileMetadata({ mtime: "yesterday", mode: "rw-r--r--" }), {});
  assert.deepEqual(readFileMetadata({}), {});
});

test("an object is a symbolic link by its mode alone", () => {
  assert.ok(isSymbolicLink({ mode: 0o120_777 }));
  assert.ok(!isSymbolicLink({ mode: 0o100_644 }));
  assert.ok(!isSymbolicLink({}));
});

test("only what runctl compressed counts as compressed", () => {
  const file = { sizeBytes: 12, crc32: "NSRBwg==" };
  assert.deepEqual(readCompression(compressionMetadata(file)), file);
  assert.equal(readCompression({}), undefined);
  assert.equal(readCompression({ "runctl-encoding": "zstd", "runctl-size": "12" }), undefined);
});
