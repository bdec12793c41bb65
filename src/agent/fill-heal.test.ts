import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startTestBucket } from "../../test/support/bucket.ts";
import { uploadDirectory } from "../transfer/upload-directory.ts";
import { fillVolume } from "./fill-volume.ts";

for (const compress of [false, true]) {
  const kind = compress ? "was compressed" : "is plain";
  test(`a wrong byte in a file that ${kind} is fetched again, and its mode and time stay`, async (t) => {
    const { aws, bucket, directory } = await startTestBucket(t);
    const [from, volume] = [join(directory, "from"), join(directory, "volume")];
    mkdirSync(from);
    mkdirSync(volume);
    const text = "secret ".repeat(9_000);
    writeFileSync(join(from, "key.pem"), text);
    chmodSync(join(from, "key.pem"), 0o600);
    utimesSync(join(from, "key.pem"), 1_600_000_000, 1_600_000_000);
    await uploadDirectory(aws, { directory: from, bucket, prefix: "p/", compress });
    const source = `s3://${bucket}/p/`;
    const fill = () => fillVolume({ aws, source, directory: volume, report: () => undefined });
    await fill();
    const path = join(volume, "key.pem");
    const { atime, mtime } = statSync(path);
    writeFileSync(path, text.replace("secret", "Secret"));
    utimesSync(path, atime, mtime);

    const again = await fill();

    assert.equal(again.moved, 0, "only reading it back shows it");
    assert.equal(readFileSync(path, "utf8"), text);
    const { mode, mtimeMs } = statSync(path);
    assert.deepEqual([mode & 0o777, mtimeMs], [0o600, 1_600_000_000_000]);
  });
}
