import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { startTestBucket } from "../../../test/support/bucket.ts";
import { compressionMetadata } from "../compressed-form.ts";
import { downloadPrefix } from "../download-prefix.ts";
import { downloadSingle } from "../download-single.ts";
import { partPath } from "../part-file.ts";
import { compressFrame } from "../upload/zstd-compress.ts";
import { requireRoom } from "./require-room.ts";

test("an object that is larger than what is free is refused before anything of it is asked for", async (t) => {
  const { aws, bucket, directory } = await startTestBucket(t);
  const object = { bucket, key: "k", sizeBytes: 2 ** 52, etag: "e", modifiedMs: 0 };
  const path = join(directory, "to/file");
  mkdirSync(join(directory, "to"));
  const rules = {
    decompress: true,
    links: "keep",
    trustTimes: true,
    verify: false,
    pageCache: "bypass",
    checksums: true,
  } as const;

  await assert.rejects(downloadSingle(aws, object, { path, isDirectory: false }, rules), {
    code: "OPERATION_FAILED",
    message: /file: no room: 4194304\.0 GiB are to come, and [\d.]+ [GM]iB are free$/,
  });
  assert.ok(!existsSync(partPath(path)));
  assert.doesNotThrow(() => requireRoom("d", 5, 5));
  assert.throws(() => requireRoom("d", 2 ** 21, 2 ** 20), {
    message: "d: no room: 2.0 MiB are to come, and 1.0 MiB are free",
  });
});

test("what unpacks to more than is free is refused before anything of it is asked for", async (t) => {
  const { aws, bucket, directory } = await startTestBucket(t);
  const s3 = await aws.s3();
  const Metadata = compressionMetadata({ sizeBytes: 2 ** 49, crc32: "AAAAAA==" });
  const Body = await compressFrame(Buffer.alloc(4 << 20));
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "p/x.zst", Body, Metadata }));
  const to = join(directory, "to");

  const getting = downloadPrefix(aws, { bucket, prefix: "p/" }, to);

  await assert.rejects(getting, { code: "OPERATION_FAILED", message: /x: no room: 524288\.0 GiB/ });
  assert.deepEqual(readdirSync(to), [".runctl-journal"]);
});
