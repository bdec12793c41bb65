import assert from "node:assert/strict";
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startTestBucket } from "../../../test/support/bucket.ts";
import { downloadPrefix } from "../download-prefix.ts";
import { uploadDirectory } from "../upload-directory.ts";

/** What reproducible builds give every version. */
const builtSeconds = 315_532_800;

for (const compress of [false, true]) {
  const kind = compress ? "compressed" : "plain";
  test(`a ${kind} object's checksum counts for more than the time in its metadata`, async (t) => {
    const { aws, bucket, directory } = await startTestBucket(t);
    const [from, to] = [join(directory, "from"), join(directory, "to")];
    for (const [where, text] of [
      [from, "new "],
      [to, "old "],
    ] as const) {
      mkdirSync(where);
      const path = join(where, "x");
      // Above what is recognised by an MD5 alone.
      writeFileSync(path, text.repeat(300_000));
      utimesSync(path, builtSeconds, builtSeconds);
    }
    await uploadDirectory(aws, { directory: from, bucket, prefix: "p/", compress });
    const get = () => downloadPrefix(aws, { bucket, prefix: "p/" }, to, { trustTimes: true });

    const first = await get();
    const again = await get();

    assert.deepEqual([first.moved, again.moved], [1, 0]);
    assert.equal(readFileSync(join(to, "x"), "utf8").slice(0, 4), "new ");
  });
}
