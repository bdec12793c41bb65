import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startTestBucket } from "../../test/support/bucket.ts";
import { bodyOf } from "../transfer/http/body.ts";
import { metadataHeaders } from "../transfer/file-metadata.ts";
import { s3Client } from "../transfer/s3/s3-client.ts";
import { uploadDirectory } from "../transfer/upload-directory.ts";
import { requireRoom } from "./fill-room.ts";
import { fillVolume } from "./fill-volume.ts";
import { compressionMetadata } from "../transfer/compressed-form.ts";

test("what unpacks to more than the volume holds is refused before it is fetched", async (t) => {
  const { aws, bucket, directory } = await startTestBucket(t);
  const headers = metadataHeaders(compressionMetadata({ sizeBytes: 9e14, crc32: "AAAAAA==" }));
  const body = bodyOf(Buffer.alloc(1_000));
  await s3Client(aws).send({ method: "PUT", bucket, key: "p/a.zst", headers, body });
  const source = `s3://${bucket}/p/`;

  await assert.rejects(fillVolume({ aws, source, directory, report: () => undefined }), {
    code: "OPERATION_FAILED",
    message: /has 838190(\.\d+)? GiB unpacked in 1 objects, the volume has room for/,
  });
  assert.ok(!readdirSync(directory).includes("a"));
});

test("what was compressed and is on the volume needs no room again", async (t) => {
  const { aws, bucket, directory } = await startTestBucket(t);
  const [from, root] = [join(directory, "from"), join(directory, "volume")];
  mkdirSync(from);
  mkdirSync(root);
  writeFileSync(join(from, "log"), "a line of a log\n".repeat(10_000));
  await uploadDirectory(aws, { directory: from, bucket, prefix: "p/", compress: true });
  const room = { source: { bucket, prefix: "p/" }, root };
  const before = await requireRoom(aws, room);
  await fillVolume({ aws, source: `s3://${bucket}/p/`, directory: root, report: () => undefined });

  const after = await requireRoom(aws, room);

  assert.ok(before.bytesToCome > 0);
  assert.equal(after.bytesToCome, 0);
});
