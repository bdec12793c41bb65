import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { getBytes, headObject } from "../../../test/support/s3-objects.ts";
import { startTestBucket } from "../../../test/support/bucket.ts";
import { crc32Text } from "../crc32-text.ts";
import { usualPartBytes } from "./plan-parts.ts";
import { uploadFile } from "../../../test/support/upload-file.ts";

const sizes = [0, 1, 262_144, 262_145, usualPartBytes, 2 * usualPartBytes];

test("files of every awkward size arrive byte for byte, with their CRC-32, time and mode", async (t) => {
  const { aws, bucket, directory } = await startTestBucket(t);
  for (const size of sizes) {
    const bytes = randomBytes(size);
    const path = join(directory, `${size}`);
    await writeFile(path, bytes, { mode: 0o640 });
    await utimes(path, 1_700_000_000.5, 1_700_000_000.5);

    await uploadFile(aws, path, { bucket, key: `size/${size}` });

    const head = await headObject(aws, { bucket, key: `size/${size}` });
    const checksum = { algorithm: "CRC32", value: crc32Text(crc32(bytes)) };
    assert.deepEqual(head?.checksum, checksum, `size ${size}`);
    assert.deepEqual(head?.metadata, { mtime: "1700000000.500000000", mode: "0100640" });
    const got = await getBytes(aws, { bucket, key: `size/${size}` });
    assert.ok(bytes.equals(got), `size ${size}`);
  }
});

const isFull = process.env["RUNCTL_TEST_FULL"] === "1";
const skip = isFull ? false : "5 GiB: set RUNCTL_TEST_FULL=1";

test("a file that is larger than one request may be arrives whole", { skip }, async (t) => {
  const { aws, bucket, directory } = await startTestBucket(t);
  const path = join(directory, "sparse");
  const size = 5 * 2 ** 30 + 1;
  await writeFile(path, "begin");
  await truncate(path, size);

  await uploadFile(aws, path, { bucket, key: "large" });

  const head = await headObject(aws, { bucket, key: "large" });
  assert.equal(head?.sizeBytes, size);
  assert.equal(head.checksum?.algorithm, "CRC32");
  assert.match(head.etag, /-641$/);
});
