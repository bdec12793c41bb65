import assert from "node:assert/strict";
import { test } from "node:test";
import { compressionMetadata, readCompression } from "./compressed-form.ts";

test("only what runctl compressed counts as compressed", () => {
  const file = { sizeBytes: 12, crc32: "NSRBwg==" };
  const metadata = compressionMetadata(file);

  assert.deepEqual(readCompression(metadata), file);
  assert.equal(readCompression({}), undefined);
  assert.equal(readCompression({ "runctl-encoding": "zstd", "runctl-size": "12" }), undefined);
  assert.equal(readCompression({ ...metadata, "runctl-size": "-1" }), undefined);
});
